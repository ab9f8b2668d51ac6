// Bare Node: a program that does nothing.
export {};
