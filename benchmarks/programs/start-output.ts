// The least that a Node program does that writes something.

process.stdout.write('.');
