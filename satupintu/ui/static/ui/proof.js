// SPDX-License-Identifier: Apache-2.0
// Proves the token of a printed permit in the browser alone. What a token is: satupintu/core/proof.py.
"use strict";
const proof = (() => {
  const SIGNATURE = 64, LONGEST = 2000, FACTS = -65537;
  const utf8 = (text) => new TextEncoder().encode(text);
  const hex = (raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
  const base64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

  // ---- COSE_Sign1 in its one shape (RFC 9052)
  const byteString = (raw) => {
    const size = raw.length;
    return joined(size < 24 ? [0x40 + size] : size < 256 ? [0x58, size] : [0x59, size >> 8, size & 255], raw);
  };
  const header = (kid) => joined([0xa2, 0x01, 0x27, 0x04, 0x44], kid);
  const packed = (kid, payload, signature) =>
    joined([0xd2, 0x84], byteString(header(kid)), [0xa0], byteString(payload), byteString(signature));
  const toBeSigned = (kid, payload) =>
    joined([0x84, 0x6a], utf8("Signature1"), byteString(header(kid)), [0x40], byteString(payload));

  // The parts of a token; null where anything differs from how we write it.
  function unpacked(text) {
    const figures = text.slice(text.lastIndexOf("#") + 1).replace(/\s+/g, "");
    if (figures.length > LONGEST || !/^[1-9][0-9]*$/.test(figures)) return null;
    const digits = BigInt(figures).toString(16);
    const raw = unhex(digits.length % 2 ? `0${digits}` : digits);
    const kid = raw.slice(8, 12), signature = raw.slice(-SIGNATURE), middle = raw.slice(13, -SIGNATURE - 2);
    for (const head of [1, 2, 3]) {
      const payload = middle.slice(head);
      if (kid.length === 4 && same(packed(kid, payload, signature), raw)) return { kid, payload, signature };
    }
    return null;
  }

  // ---- CBOR (RFC 8949), as much of it as we write; asked only for bytes whose signature holds
  function decode(raw) {
    let at = 0;
    const number = (bytes) => raw.slice(at, at += bytes).reduce((value, byte) => value * 256 + byte, 0);
    const one = () => {
      const first = raw[at++], kind = first >> 5, info = first & 31;
      if (kind === 7) return first === 0xf5;
      const size = info < 24 ? info : number(1 << (info - 24));
      if (kind === 0) return size;
      if (kind === 1) return -1 - size;
      if (kind === 4) return Array.from({ length: size }, one);
      if (kind === 5) return new Map(Array.from({ length: size }, () => [one(), one()]));
      const part = raw.slice(at, at += size);
      return kind === 3 ? new TextDecoder().decode(part) : part;
    };
    return one();
  }

  function told(payload) {
    const claims = decode(payload);
    const [product, holder, activity, place, days, validity, training] = claims.get(FACTS);
    const issued = new Date(days * 86400000).toISOString().slice(0, 10);
    const code = new TextDecoder().decode(claims.get(7));
    return { office: claims.get(1), number: claims.get(2), code, product, holder, activity, place, issued, validity, training };
  }

  // ---- Ed25519 (RFC 8032): the browser's own, else this one, which keeps no secret and so need not hide its time
  const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (value) => ((value % P) + P) % P;
  function power(base, exponent) {
    let result = 1n;
    for (let square = mod(base); exponent; exponent >>= 1n, square = mod(square * square)) if (exponent & 1n) result = mod(result * square);
    return result;
  }
  const D = mod(-121665n * power(121666n, P - 2n)), ROOT = power(2n, (P - 1n) / 4n);
  const little = (raw) => BigInt(`0x${hex(Uint8Array.from(raw).reverse())}`);
  // A point is [X, Y, Z, T] with x = X/Z, y = Y/Z, xy = T/Z; the sum holds for any two points, also twice the same.
  function sum([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * D * t1 * t2), d = mod(2n * z1 * z2);
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }
  function point(raw) {
    const whole = little(raw), odd = whole >> 255n, y = whole & (2n ** 255n - 1n);
    if (y >= P) return null;
    const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
    let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
    if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
    if (mod(v * x * x) !== u || (!x && odd)) return null;
    if ((x & 1n) !== odd) x = mod(-x);
    return [x, y, 1n, mod(x * y)];
  }
  const BASE = point(unhex(`58${"66".repeat(31)}`));
  async function plain(key, signature, message) {
    const a = point(key), s = little(signature.slice(32));
    if (!a || s >= L) return false;
    const k = little(new Uint8Array(await crypto.subtle.digest("SHA-512", joined(signature.slice(0, 32), key, message)))) % L;
    const minus = [mod(-a[0]), a[1], 1n, mod(-a[3])], both = sum(BASE, minus);
    let r = [0n, 1n, 1n, 0n];
    for (let bit = 252n; bit >= 0n; bit -= 1n) { // R = sB - kA, both in one walk
      r = sum(r, r);
      const add = [null, BASE, minus, both][Number((s >> bit) & 1n) + 2 * Number((k >> bit) & 1n)];
      if (add) r = sum(r, add);
    }
    const inverse = power(r[2], P - 2n), x = mod(r[0] * inverse), y = mod(r[1] * inverse);
    return little(signature.slice(0, 32)) === (y | ((x & 1n) << 255n));
  }
  async function native(key, signature, message) {
    const ready = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", ready, signature, message);
  }
  const holds = (...asked) => native(...asked).catch(() => plain(...asked));

  // What a token says. keys: of /cek/kunci.json. Gives { verdict, facts, kid }; facts only where the signature holds.
  async function read(text, keys) {
    const token = unpacked(text);
    if (!token) return { verdict: "unreadable" };
    const kid = hex(token.kid);
    const key = keys.find((one) => one.kid === kid);
    if (!key) return { verdict: "unknown-key", kid };
    if (!await holds(base64(key.x), token.signature, toBeSigned(token.kid, token.payload))) return { verdict: "altered", kid };
    const facts = told(token.payload);
    const served = (!key.dari || key.dari <= facts.issued) && (!key.sampai || facts.issued <= key.sampai);
    return served ? { verdict: "genuine", facts, kid } : { verdict: "not-its-time", kid };
  }

  return Object.freeze({ read, plain, native, unhex });
})();
