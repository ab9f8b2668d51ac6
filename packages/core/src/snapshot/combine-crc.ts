/**
 * CRC-32 of two pieces joined, from the CRC-32 of each: the footer's checksum without a second
 * look at bytes that their descriptors have a checksum of already.
 */

/** The polynomial of CRC-32, with its bits in reverse as zlib has them. */
const POLYNOMIAL = 0xedb88320;
/** x to the power of 0: the highest bit, since they are in reverse. */
const ONE = 0x80000000;
const LENGTH_BITS = 32;

/** x to the power of 8 times 2 to the power of n, for each bit n of a length in bytes. */
const POWERS: Int32Array = (() => {
  const powers = new Int32Array(LENGTH_BITS);
  let power = ONE >>> 8;
  for (let bit = 0; bit < LENGTH_BITS; bit++) {
    powers[bit] = power;
    power = multiply(power, power);
  }
  return powers;
})();

/** `secondLength` is the length in bytes of what `second` is the CRC-32 of. */
export function combineCrc(first: number, second: number, secondLength: number): number {
  // To append n bytes is to multiply by x to the power of 8n.
  let shifted = first;
  for (let bit = 0, rest = secondLength; rest > 0; bit++, rest >>>= 1) {
    if ((rest & 1) !== 0) shifted = multiply(POWERS[bit], shifted);
  }
  return (shifted ^ second) >>> 0;
}

/** The product of two polynomials over GF(2), modulo that of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let rest = a; rest !== 0; rest <<= 1) {
    if (rest < 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product;
}
