import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachment } from './attachment.ts';

for (const [name, header] of [
  ['q3.pdf', 'attachment; filename="q3.pdf"'],
  ['', 'attachment'],
  ['\r\n', 'attachment'],
  ['q3 "final".pdf', `attachment; filename="q3 _final_.pdf"; filename*=UTF-8''q3%20%22final%22.pdf`],
  ['100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
  ['it’s (1)*.txt', `attachment; filename="it_s (1)*.txt"; filename*=UTF-8''it%E2%80%99s%20%281%29%2A.txt`],
  ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
  ['..\\x.exe', 'attachment; filename=".._x.exe"'],
  ['a\r\nSet-Cookie: x=1', 'attachment; filename="aSet-Cookie: x=1"'],
  ['a\u0000\u007f\u0085b', 'attachment; filename="ab"'],
  ['in\u202evoice\u2066.fdp\u200f', 'attachment; filename="invoice.fdp"'],
  ['über 😀.txt', `attachment; filename="_ber _.txt"; filename*=UTF-8''%C3%BCber%20%F0%9F%98%80.txt`],
  ['\ud800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
] as const) {
  test(`SEC-515 SHR-8 a download named ${JSON.stringify(name)} is ${header}`, () => {
    assert.equal(attachment(name), header);
  });
}
