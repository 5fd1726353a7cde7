const mask = 0xffff_ffff_ffff_ffffn;
const c1 = 0x87c3_7b91_1142_53d5n;
const c2 = 0x4cf5_ad43_2745_937fn;

/**
 * The first 64 bits of MurmurHash3 x64-128 with seed 0.
 *
 * Algorithm: Austin Appleby, MurmurHash3 (public domain). It runs once per topology change, so bigint is fast enough.
 */
export function murmur3(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length >>> 4;
  let h1 = 0n;
  let h2 = 0n;
  for (let block = 0; block < blocks; block++) {
    h1 = ((rotate(h1 ^ mixFirst(view.getBigUint64(block * 16, true)), 27n) + h2) * 5n + 0x52dce729n) & mask;
    h2 =
      ((rotate(h2 ^ mixSecond(view.getBigUint64(block * 16 + 8, true)), 31n) + h1) * 5n + 0x38495ab5n) & mask;
  }
  const tail = bytes.subarray(blocks * 16);
  h2 ^= mixSecond(littleEndian(tail.subarray(8)));
  h1 ^= mixFirst(littleEndian(tail.subarray(0, 8)));
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  return (finish(h1) + finish(h2)) & mask;
}

function mixFirst(k: bigint): bigint {
  return (rotate((k * c1) & mask, 31n) * c2) & mask;
}

function mixSecond(k: bigint): bigint {
  return (rotate((k * c2) & mask, 33n) * c1) & mask;
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & mask;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function finish(value: bigint): bigint {
  let h = value;
  h = ((h ^ (h >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask;
  h = ((h ^ (h >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & mask;
  return h ^ (h >> 33n);
}
