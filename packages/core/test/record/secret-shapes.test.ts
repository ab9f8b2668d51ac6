// Which texts hold a secret, by its form alone, and that looking for one takes linear time.

import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Redaction } from '../../src/record/redaction.ts';
import { SECRET_SHAPES, type SecretShape } from '../../src/record/secret-shapes.ts';

const base64Url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = [
  base64Url({ alg: 'HS256', typ: 'JWT' }),
  base64Url({ sub: '1234567890', iat: 1516239022 }),
  'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
].join('.');
const encryptedJwt = `${base64Url({ alg: 'dir', enc: 'A128GCM' })}..YWJjZGVmZ2hpams.c2VjcmV0.dGFnMTIzNA`;
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
  .trim();
const awsId = `AK${'IA'}IOSFODNN7EXAMPLE`;
const awsSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** A text of each form, what of it is secret, and its name. */
const SECRETS: [shape: SecretShape, text: string, secret: string][] = [
  ['bearer', 'Bearer 9f86d081884c7d65', '9f86d081884c7d65'],
  ['bearer', 'bearer sk_test_26PHem9AhJZvU623DfE1x4sd', 'sk_test_26PHem9AhJZvU623DfE1x4sd'],
  ['bearer', 'BEARER%20abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz'],
  ['bearer', `Bearer ${jwt}`, jwt],
  ['jwt', jwt, jwt],
  ['jwt', `token=${jwt.slice(0, jwt.lastIndexOf('.'))}`, jwt.slice(0, jwt.lastIndexOf('.'))],
  ['jwt', `sid-${encryptedJwt}`, encryptedJwt],
  ['pem', pem, pem],
  ['pem', JSON.stringify(pem).slice(1, -1), JSON.stringify(pem).slice(1, -1)],
  ['pem', pem.replaceAll('PRIVATE', 'RSA PRIVATE'), pem.replaceAll('PRIVATE', 'RSA PRIVATE')],
  ['aws', awsId, awsId],
  ['aws', awsId.replace('AKIA', 'ASIA'), awsId.replace('AKIA', 'ASIA')],
  ['aws', `AWS_SECRET_ACCESS_KEY=${awsSecret}`, awsSecret],
  ['aws', `"SecretAccessKey": "${awsSecret}"`, awsSecret],
  ['aws', `aws_secret_access_key = ${awsSecret}`, awsSecret],
  ['url', 'postgres://app:hunter2@db:5432/x', 'app:hunter2'],
  ['url', 'redis://:p%40ss@cache:6379', ':p%40ss'],
  ['url', 'amqp://a@b:c@d@host/vhost', 'a@b:c@d'],
  [
    'url',
    'https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/a.git',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  ],
  ['url', 'mongodb://u:p@h1:27017,h2:27017/db', 'u:p'],
];

/** What an ordinary text holds. */
const ORDINARY = [
  randomUUID(),
  createHash('sha256').update('x').digest('hex'),
  createHash('sha512').update('x').digest('base64'),
  `sha384-${createHash('sha384').update('y').digest('base64')}`,
  `data:image/png;base64,${randomBytes(600).toString('base64')}`,
  `data:application/json;base64,${Buffer.from('{"version":3,"sources":[]}').toString('base64')}`,
  `${Buffer.from('{"a":1,"b":[2,3,4,5]}').toString('base64url')}.json`,
  'GET https://example.org/a/b?c=d#e 200 in 12 ms',
  'https://registry.npmjs.org/@scope/name/-/name-1.0.0.tgz',
  'http://localhost:3000/users/ada@example.org?mail=ada:x@example.org',
  'ssh://git@github.com/owner/repository.git',
  'file:///srv/node_modules/.pnpm/@types+node@20.1.0/index.d.ts:12:5',
  'connect ECONNREFUSED http://127.0.0.1:8080',
  'http://a:80, http://b:81 and http://c:82 for ada@example.org',
  'the bearer of this message, a bearer token, and bearer authentication-failed',
  'Bearer [Redacted], https://[Redacted]@example.org/ and [Redacted]',
  'WWW-Authenticate: Bearer realm="example", error="invalid_token"',
  '-----BEGIN CERTIFICATE-----\nMIIBszCCARygAwIBAgIE\n-----END CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI\n-----END PUBLIC KEY-----',
  '--------------------------------------------- BEGIN of the report',
  'AKIAtext in ASIAN markets, SLAKIAN and AKIA, ASIA, AKIAIOSFODNN7EXAMPLEx',
  'secret access key: none, SecretAccessKey=undefined',
  'arn:aws:iam::123456789012:user/Development/product_1234/*',
  '    at Server.handle (file:///srv/app.mjs:12:50)\n    at process.processImmediate (node:internal/timers:483:21)',
  'eyJ, eyJhbGciOiJIUzI1NiJ9, and eyJhbGciOiJIUzI1NiJ9. Next sentence.',
  'x'.repeat(100_000),
];

describe('a secret', () => {
  it.each(SECRETS)(
    'of the form %s is found at the start, in the middle and at the end',
    (shape, text, secret) => {
      const redaction = new Redaction({ shapes: [shape] });
      const cleaned = text.replace(secret, () => '[Redacted]');
      for (const [before, after] of [
        ['', ''],
        ['', ' and more'],
        ['signed in with ', ''],
        ['with ', ' and more'],
        ['{"a":"', '"}'],
        ['\u00fc\u{1f600}\n', '\n\u{1f600}'],
        ['x'.repeat(5000).concat(' '), ' '.concat('x'.repeat(5000))],
      ]) {
        expect(redaction.cleanText(before + text + after)).toBe(before + cleaned + after);
        const [found, ...others] = redaction.secretsOf(before + text + after);
        expect(others).toEqual([]);
        expect((before + text + after).slice(found.start, found.end)).toBe(secret);
        expect(found.shape).toBe(shape);
      }
      for (const other of SECRET_SHAPES) {
        if (other === shape || (shape === 'bearer' && other === 'jwt')) continue;
        expect(new Redaction({ shapes: [other] }).cleanText(text)).toBe(text);
      }
    },
  );

  it('does not hide the one that follows', () => {
    const texts = SECRETS.map(([, text]) => text);
    const cleaned = SECRETS.map(([, text, secret]) => text.replace(secret, () => '[Redacted]'));
    expect(new Redaction().cleanText(texts.join(' '))).toBe(cleaned.join(' '));
    expect(new Redaction().cleanText(cleaned.join(' '))).toBe(cleaned.join(' '));
  });

  it('is found behind what escapes and other alphabets put before it', () => {
    const redaction = new Redaction();
    for (const before of ['\\n', '%3D', '"', '=', 'ü', '\u{1f600}', '/', '_']) {
      expect(redaction.cleanText(`the token${before}${jwt}`)).toBe(`the token${before}[Redacted]`);
    }
  });

  it('is redacted to the end where it has none', () => {
    const redaction = new Redaction();
    expect(redaction.cleanText(`key ${pem.slice(0, 100)}`)).toBe('key [Redacted]');
    const starts = [
      'Bearer abc',
      'a eyJhbGciOi',
      `a ${jwt.slice(0, 40)}`,
      'key AKIAIOS',
      '-----BEGIN EC PRIV',
    ];
    for (const start of [...starts, 'postgres://app:hunt']) {
      const text = `something, then ${start}`;
      expect(redaction.cleanText(text)).toBe(text);
      expect(redaction.cleanText(text, true)).toMatch(/\[Redacted\]$/);
      expect(redaction.cleanText(`${text}, and`, true)).toBe(`${text}, and`);
    }
  });
});

describe('an ordinary text', () => {
  it.each(ORDINARY)('is kept as it is: %.40s', (text) => {
    const redaction = new Redaction();
    expect(redaction.cleanText(text)).toBe(text);
    expect(redaction.cleanText(`before ${text}\nafter`)).toBe(`before ${text}\nafter`);
  });

  it('is kept whatever random bytes say', () => {
    const redaction = new Redaction();
    for (let i = 0; i < 2000; i++) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const text = randomBytes(200).toString(encoding);
        expect(redaction.cleanText(text)).toBe(text);
      }
    }
  });
});

/** Each repeats what begins a secret, and never becomes one. */
const HOSTILE: { readonly [name: string]: string } = {
  'a JWT that never has its dot': 'eyJ-',
  'a JWT without an end': `${jwt.slice(0, 40)}-eyJ_`,
  'the beginning of a bearer token': 'Bearer ',
  'bearer tokens that are words': 'Bearer aBearer=',
  'short bearer tokens': 'Bearer aaaa1 ',
  'labels of PEM': '-----BEGIN ',
  'public keys': '-----BEGIN PUBLIC KEY-----',
  'ends of PEM': '-----END -----BEGIN PRIVATE ',
  'ids of AWS': 'AKIA',
  'ids of AWS that go on in lower case': 'AKIAASIAAKIAASIAAKIAASIAx',
  'names of AWS': 'SecretAccessKey=',
  'schemes of URLs': 'a://',
  'authorities of URLs': 'a://b:c',
  'a user without a host': 'a://b@',
  'at signs': '@:',
};

it.each(Object.entries(HOSTILE))('ten million characters of %s take linear time', (_name, part) => {
  const redaction = new Redaction();
  const textOf = (length: number): string => part.repeat(length / part.length);
  const timeOf = (length: number): number => {
    const text = textOf(length);
    text.charCodeAt(0);
    const startedMs = performance.now();
    redaction.cleanText(text);
    return performance.now() - startedMs;
  };
  timeOf(100_000);
  // Forty times the characters in forty times the time; a square would take 1,600 times. Wide apart,
  // since what takes long is interrupted more often on a machine that has other work.
  const shortMs = Math.max(Math.min(...[1, 2, 3].map(() => timeOf(250_000))), 1);
  expect(timeOf(10_000_000)).toBeLessThan(shortMs * 800);
});
