// A second implementation of docs/spec/{encoding,signatures,log,state-tree}.md, written from those pages alone.
// Plain Node 20: no packages, node:crypto only. Everything here is total: it answers or throws Refused.

import { createHash, createPublicKey, verify as verifyWithOpenSsl } from 'node:crypto';

export class Refused extends Error {}

export const fromHex = (text) => Buffer.from(text, 'hex');
export const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

// ---- encoding.md: an integer is a number, bytes are a Buffer, a code is a string, an array is an array

const CODE = /^[a-z0-9._-]{1,32}$/;

function bigEndian(number, width) {
  const raw = Buffer.alloc(8);
  raw.writeBigUInt64BE(BigInt(number));
  return raw.subarray(8 - width);
}

function headed(number, leads) {
  for (const [lead, width] of leads) {
    if (number < 256 ** width) return Buffer.concat([Buffer.from([lead]), bigEndian(number, width)]);
  }
  throw new Refused('too long');
}

export function encode(value) {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) throw new Refused('integer');
    return value < 128 ? Buffer.from([value]) : headed(value, [[0xcc, 1], [0xcd, 2], [0xce, 4], [0xcf, 8]]);
  }
  if (Buffer.isBuffer(value)) {
    return Buffer.concat([headed(value.length, [[0xc4, 1], [0xc5, 2], [0xc6, 4]]), value]);
  }
  if (typeof value === 'string') {
    if (!CODE.test(value)) throw new Refused('code');
    const head = value.length < 32 ? [0xa0 + value.length] : [0xd9, value.length];
    return Buffer.concat([Buffer.from(head), Buffer.from(value, 'ascii')]);
  }
  if (!Array.isArray(value)) throw new Refused('not of the grammar');
  const head = value.length < 16 ? Buffer.from([0x90 + value.length]) : headed(value.length, [[0xdc, 2], [0xdd, 4]]);
  return Buffer.concat([head, ...value.map(encode)]);
}

export function decode(raw) {
  const reader = { raw, at: 0 };
  const value = read(reader, 0);
  if (reader.at !== raw.length || !encode(value).equals(raw)) throw new Refused('not canonical');
  return value;
}

function take(reader, count) {
  const end = reader.at + count;
  if (end > reader.raw.length) throw new Refused('cut');
  const part = reader.raw.subarray(reader.at, end);
  reader.at = end;
  return part;
}

function read(reader, depth) {
  if (depth > 32) throw new Refused('depth');
  const lead = take(reader, 1)[0];
  const number = (width) => Number(BigInt('0x' + take(reader, width).toString('hex')));
  const items = (count) => {
    if (count > reader.raw.length) throw new Refused('cut');
    return Array.from({ length: count }, () => read(reader, depth + 1));
  };
  const code = (count) => take(reader, count).toString('latin1');
  if (lead < 0x80) return lead;
  if (lead >= 0x90 && lead < 0xa0) return items(lead - 0x90);
  if (lead >= 0xa0 && lead < 0xc0) return code(lead - 0xa0);
  switch (lead) {
    case 0xcc: return number(1);
    case 0xcd: return number(2);
    case 0xce: return number(4);
    case 0xcf: return number(8);
    case 0xc4: return take(reader, number(1));
    case 0xc5: return take(reader, number(2));
    case 0xc6: return take(reader, number(4));
    case 0xd9: return code(number(1));
    case 0xdc: return items(number(2));
    case 0xdd: return items(number(4));
    default: throw new Refused(`lead byte ${lead}`);
  }
}

// ---- encoding.md: domains, hashes, ids

export const domain = (kind, chainId) => Buffer.concat([Buffer.from(`tb1/${kind}\0`, 'ascii'), chainId]);
export const digest = (kind, chainId, data) => sha256(domain(kind, chainId), data);

export function deriveId(chainId, sender, lane, number, index) {
  const body = Buffer.concat([sender, bigEndian(lane, 1), bigEndian(number, 8), bigEndian(index, 2)]);
  return digest('id', chainId, body).subarray(0, 16);
}

// ---- signatures.md

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a) => ((a % P) + P) % P;
export const little = (raw) => BigInt('0x' + Buffer.from(raw).reverse().toString('hex'));
export const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  P - 1n,
  little(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
  little(fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')),
]);

function power(base, exponent) {
  let result = 1n;
  for (let e = exponent; e > 0n; e >>= 1n, base = mod(base * base)) if (e & 1n) result = mod(result * base);
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));

function isPlain(raw) {
  const y = little(raw) & (2n ** 255n - 1n);
  return y < P && !SMALL_ORDER_Y.has(y);
}

function toPoint(raw) {
  const number = little(raw);
  const y = number & (2n ** 255n - 1n);
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(x * x) !== square) return null;
  return (x & 1n) === number >> 255n ? [x, y, 1n] : [mod(-x), y, 1n];
}

function add([x1, y1, z1], [x2, y2, z2]) {
  const a = mod(z1 * z2), b = mod(a * a), c = mod(x1 * x2), d = mod(y1 * y2);
  const e = mod(D * c * d), f = mod(b - e), g = mod(b + e);
  return [mod(a * f * ((x1 + y1) * (x2 + y2) - c - d)), mod(a * g * (d + c)), mod(f * g)];
}

function inPrimeOrderSubgroup(point) {
  let total = [0n, 1n, 1n];
  for (let scalar = L, step = point; scalar > 0n; scalar >>= 1n, step = add(step, step)) {
    if (scalar & 1n) total = add(total, step);
  }
  return total[0] === 0n && total[1] === total[2];
}

/** The key may be registered. */
export function isAdmitted(key) {
  if (key.length !== 32 || !isPlain(key)) return false;
  const point = toPoint(key);
  return point !== null && inPrimeOrderSubgroup(point);
}

/** The byte checks and the equation; OpenSSL does S < L and compares the bytes of R, but knows no small orders. */
export function verifies(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (!isPlain(key) || !isPlain(signature.subarray(0, 32))) return false;
  return openSslVerifies(key, message, signature);
}

export function openSslVerifies(key, message, signature) {
  try {
    const der = Buffer.concat([fromHex('302a300506032b6570032100'), key]);
    return verifyWithOpenSsl(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
  } catch {
    return false;
  }
}

// ---- log.md

export const leafHash = (entry) => sha256(Buffer.from([0]), entry);
export const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

export function logRoot(leaves) {
  if (leaves.length === 0) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return leaves[0];
  let left = 1;
  while (2 * left < leaves.length) left *= 2;
  return nodeHash(logRoot(leaves.slice(0, left)), logRoot(leaves.slice(left)));
}

const wellFormed = (hashes) => hashes.length <= 66 && hashes.every((hash) => hash.length === 32);

// Sizes reach 2**53 - 1, beyond the 32 bits of JavaScript's bit operators.
const half = (n) => Math.floor(n / 2);
const odd = (n) => n % 2 === 1;

export function verifyInclusion(root, size, index, leaf, path) {
  if (index < 0 || index >= size || !wellFormed([root, leaf, ...path])) return false;
  let here = index, last = size - 1, value = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (odd(here) || here === last) {
      value = nodeHash(sibling, value);
      while (here !== 0 && !odd(here)) [here, last] = [half(here), half(last)];
    } else {
      value = nodeHash(value, sibling);
    }
    [here, last] = [half(here), half(last)];
  }
  return last === 0 && value.equals(root);
}

export function verifyConsistency(oldSize, oldRoot, newSize, newRoot, path) {
  if (oldSize < 0 || oldSize > newSize || !wellFormed([oldRoot, newRoot, ...path])) return false;
  if (oldSize === 0 && !oldRoot.equals(logRoot([]))) return false;
  if (oldSize === newSize) return path.length === 0 && oldRoot.equals(newRoot);
  if (oldSize === 0) return path.length === 0;
  const perfect = Number.isInteger(Math.log2(oldSize));
  const nodes = perfect ? [oldRoot, ...path] : path;
  if (nodes.length === 0) return false;
  let here = oldSize - 1, last = newSize - 1, old = nodes[0], now = nodes[0];
  while (odd(here)) [here, last] = [half(here), half(last)];
  for (const node of nodes.slice(1)) {
    if (last === 0) return false;
    if (odd(here) || here === last) {
      [old, now] = [nodeHash(node, old), nodeHash(node, now)];
      while (here !== 0 && !odd(here)) [here, last] = [half(here), half(last)];
    } else {
      now = nodeHash(now, node);
    }
    [here, last] = [half(here), half(last)];
  }
  return last === 0 && old.equals(oldRoot) && now.equals(newRoot);
}

// ---- state-tree.md

export const treeKey = (kind, id) => sha256(Buffer.from([kind]), id);

const bitsOf = (key, count) => (BigInt('0x' + key.toString('hex')) >> BigInt(256 - count));

/** The record hash under a key, or null for proven absent; throws Refused. */
export function verifyState(root, key, raw) {
  const proof = decode(raw);
  if (!Array.isArray(proof) || proof.length !== 3 || proof[0] !== 20) throw new Refused('not a proof');
  const [, bucket, siblings] = proof;
  if (!Buffer.isBuffer(bucket) || !Array.isArray(siblings)) throw new Refused('types');
  if (key.length !== 32 || siblings.length > 128 || bucket.length % 64 || bucket.length > 512) throw new Refused('sizes');
  const depth = 2 * siblings.length;
  let answer = null;
  for (let at = 0; at < bucket.length; at += 64) {
    const other = bucket.subarray(at, at + 32);
    if (at > 0 && Buffer.compare(bucket.subarray(at - 64, at - 32), other) >= 0) throw new Refused('order');
    if (bitsOf(other, depth) !== bitsOf(key, depth)) throw new Refused('place');
    if (other.equals(key)) answer = bucket.subarray(at + 32, at + 64);
  }
  let value = bucket.length === 0 ? Buffer.alloc(32) : sha256(Buffer.from([0]), bucket);
  let digits = bitsOf(key, depth);
  for (const others of siblings) {
    if (!Buffer.isBuffer(others) || others.length !== 96) throw new Refused('siblings');
    const cut = 32 * Number(digits & 3n);
    value = sha256(Buffer.from([1]), others.subarray(0, cut), value, others.subarray(cut));
    digits >>= 2n;
  }
  if (!value.equals(root)) throw new Refused('root');
  return answer;
}

/** The root over a map of entries: the definition, for small trees. */
export function stateRoot(entries, depth = 0) {
  if (depth >= 9 && entries.length <= 8) {
    return entries.length === 0 ? Buffer.alloc(32) : sha256(Buffer.from([0]), ...entries.flat());
  }
  if (entries.length === 0) return emptyRoot(depth);
  const children = [0n, 1n, 2n, 3n].map((digit) =>
    stateRoot(entries.filter(([key]) => (bitsOf(key, 2 * depth + 2) & 3n) === digit), depth + 1));
  return sha256(Buffer.from([1]), ...children);
}

function emptyRoot(depth) {
  if (depth >= 9) return Buffer.alloc(32);
  const child = emptyRoot(depth + 1);
  return sha256(Buffer.from([1]), child, child, child, child);
}

// ---- service-certificates.md: numbers

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NUMBER = /^([a-z0-9._-]{1,32})-([1-9][0-9]{3})-([0-9]{6}|[1-9][0-9]{6,9})-([0-9A-HJKMNP-TV-Z]{6})$/;
const timesX = (value) => (value & 16 ? (value << 1) ^ 37 : value << 1);
const overGf32 = (symbols) => symbols.reduce((sum, symbol) => timesX(sum) ^ symbol, 0);
const symbolsOf = (head) => [...Buffer.from(head, 'ascii')].flatMap((byte) => [byte >> 5, byte & 31]);

/** The check code of a number from the touch with which its record was created. */
export function checkCode(head, touch) {
  const drawn = [0, 1, 2, 3, 4].map((at) => (touch.readUInt32BE(0) >>> (27 - 5 * at)) & 31);
  const closing = timesX(overGf32([...symbolsOf(head), ...drawn]));
  return [...drawn, closing].map((symbol) => CROCKFORD[symbol]).join('');
}

/** The id of the record that a typed number names. */
export function certificateId(text) {
  const at = text.trim().lastIndexOf('-');
  const check = text.trim().slice(at + 1).toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  const head = text.trim().slice(0, Math.max(at, 0)).toLowerCase();
  const found = NUMBER.exec(`${head}-${check}`);
  const tail = [...check].map((letter) => CROCKFORD.indexOf(letter));
  if (!found || Number(found[3]) === 0 || overGf32([...symbolsOf(head), ...tail])) throw new Refused('no number');
  return `${found[1]}/${found[2]}/${Number(found[3])}`;
}

// ---- signatures.md: consensus messages and certificates

const MESSAGE_KINDS = new Map([[5, 'proposal'], [6, 'prevote'], [7, 'precommit']]);

export function signBytes(chainId, encoded) {
  const name = MESSAGE_KINDS.get(decode(encoded)[0]);
  return Buffer.concat([domain(name, chainId), encoded.subarray(0, -66)]);
}

/** Whether a commit certificate proves its block; authorities as the decoded authority set. */
export function certificateHolds(chainId, authorities, encoded) {
  const [kind, suite, height, round, blockId, signatures] = decode(encoded);
  const members = authorities[1];
  if (kind !== 8 || signatures.length < Math.floor((2 * members.length) / 3) + 1) return false;
  return signatures.every(([signer, signature], i) => {
    if (signer >= members.length || (i > 0 && signatures[i - 1][0] >= signer)) return false;
    const [, keySuite, consensusKey] = members[signer];
    const vote = encode([7, suite, height, round, blockId, signer, signature]);
    return suite === 1 && keySuite === suite && verifies(consensusKey, signBytes(chainId, vote), signature);
  });
}
