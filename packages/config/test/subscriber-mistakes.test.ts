import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mistakesOf, right, subscriberFile } from './reading.ts';

const subscribers: Record<string, string> = {
  'url: http://host/\nreceives: []': 'receives: must name at least one endpoint, or "*" for all',
  'url: http://host/\nreceives: [ee]': 'receives[0]: there is no endpoint "ee"',
  'url: http://host/\nreceives: [e, "f*"]': 'receives[1]: "f*" matches no endpoint',
  'url: http://host/\nreceives: [5]': 'receives[0]: must be the name of an endpoint, a glob, or {endpoint: …}',
  'url: http://host/\nreceives: e': 'receives: must be a list, not text',
  'url: http://u:p@host/\nreceives: [e]':
    'url: must not carry a username or password, which would show in logs; use auth: {basic: …}',
  'url: "http://host/ x"\nreceives: [e]': 'url: must be a URL that begins with http:// or https://',
  [`${right}from: yesterday`]: 'from: must be now, beginning, or a duration back such as 24h',
  [`${right}from: 24`]: 'from: must be now, beginning, or a duration back such as 24h',
  [`${right}timeout: 15`]: 'timeout: must be a duration such as 15s, or {connect: 5s, total: 15s}',
  [`${right}timeout: 1h`]: 'timeout: must be from 100ms to 10m, and is 1h',
  [`${right}concurrency: 0`]: 'concurrency: must be a whole number from 1 to 1000',
  [`${right}concurrency: "4"`]: 'concurrency: must be a whole number from 1 to 1000',
  [`${right}retry: {schedule: []}`]: 'retry.schedule: must not be an empty list',
  [`${right}retry: {schedule: [0s]}`]: 'retry.schedule[0]: must be from 1ms to 365d, and is 0ms',
  [`${right}retry: {schedule: [1h, 2h, 3h], maxAge: 2h}`]:
    'retry.schedule[1]: would be reached 3h after the first attempt, beyond maxAge 2h: shorten the schedule or raise maxAge',
  [`${right}sign: {}`]: 'sign: says nothing to sign with: give secret or privateKey',
  [`${right}sign: {secret: }`]: 'sign.secret: has no value: write one, or leave it out',
  [`${right}sign: {secret: []}`]: 'sign.secret: must not be an empty list',
  [`${right}sign: {secret: 5}`]: 'sign.secret: must be text, or a list of texts',
  [`${right}sign: {secret: short}`]:
    'sign.secret: must be 24 to 64 bytes; make one with: echo "whsec_$(openssl rand -base64 32)"',
  [`${right}sign: {secret: [whsec_AAAA]}`]:
    'sign.secret: must be 24 to 64 bytes; make one with: echo "whsec_$(openssl rand -base64 32)"',
  [`${right}sign: {secret: whsec_not/base64!}`]: 'sign.secret: must be base64 after whsec_',
  [`${right}sign: {secret: whsk_bm90IGEgc2VjcmV0LCBvbmx5IGZvciB0aGUgZGVtbyE=}`]:
    'sign.secret: is one of a key pair: write a private one (whsk_…) into privateKey, and use whsec_ and base64 here',
  [`${right}sign: {secret: ${'x'.repeat(65)}}`]:
    'sign.secret: must be 24 to 64 bytes; make one with: echo "whsec_$(openssl rand -base64 32)"',
  [`${right}headers: {Webhook-Id: x}`]: 'headers.Webhook-Id: the relay sets this header itself; use another name',
  [`${right}headers: {relay-x: x}`]: 'headers.relay-x: the relay sets this header itself; use another name',
  [`${right}headers: {Content-Type: x}`]: 'headers.Content-Type: the relay sets this header itself; use another name',
  [`${right}headers: {Proxy-Authorization: x}`]:
    'headers.Proxy-Authorization: is for a proxy, not for the subscriber: write it into proxy, http://username:password@host',
  [`${right}headers: {"a b": x}`]: 'headers["a b"]: must be a header’s name: letters, digits and dashes',
  [`${right}headers: {a: "b\\nc"}`]:
    'headers.a: must be text that a header can carry: no line breaks, no characters beyond Latin-1',
  [`${right}headers: {a: 1}`]: 'headers.a: must be text, not a number: put quotes around it',
  [`${right}headers: {a: x, A: y}`]: 'headers.A: this header is already there in another spelling',
  [`${right}headers: [a]`]: 'headers: must be a block of keys, not a list',
  [`${right}payload: xml`]: 'payload: must be one of raw, json, cloudevents, cloudevents-binary',
  [`${right}redact: "yes"`]: 'redact: must be true or false, not text',
  [`${right}redact: true\npayload: json`]:
    'redact: is not for payload json, which leaves the vendor’s credentials out already',
  [`${right}method: post`]: 'method: must be one of POST, PUT, PATCH; did you mean POST?',
  [`${right}method: GET`]: 'method: must be one of POST, PUT, PATCH',
  [`${right}resume: from now`]: 'resume: must be true or false, not text',
  [`${right}timeout: {connect: 6s, total: 5s}`]: 'timeout.connect: must not be longer than the total, which is 5s',
  [`${right}timeout: {connect: 16s}`]: 'timeout.connect: must not be longer than the total, which is 15s',
  [`${right}timeout: {conect: 1s}`]: 'timeout.conect: unknown key "conect"; did you mean connect?',
  [`${right}ordered: true\nconcurrency: 16`]:
    'concurrency: contradicts ordered: true, which has one delivery of an endpoint in flight; leave it out, or write ordered: {by: device}',
  [`${right}ordered: device`]: 'ordered: must be true, false or {by: device}',
  [`${right}ordered: {by: account}`]: 'ordered.by: must be device',
  [`${right}ordered: {}`]: 'ordered.by: is missing',
  [`${right}rate: 0/s`]: 'rate: must be 1 at least; relay subscribers pause stops a subscriber',
  [`${right}rate: 50`]: 'rate: must be a rate such as 50/s, 600/m or 1000/h, with six digits at most',
  [`${right}rate: 50/d`]: 'rate: must be a rate such as 50/s, 600/m or 1000/h, with six digits at most',
  [`${right}rate: 1000000/s`]: 'rate: must be a rate such as 50/s, 600/m or 1000/h, with six digits at most',
  [`${right}retry: {schedule: [1s, 2s, 3s, 4s, 5s], maxAttempts: 3}`]:
    'retry.schedule[2]: would never be waited for: maxAttempts is 3; shorten the schedule or raise maxAttempts',
  [`${right}retry: {schedule: [1s], maxAttempts: 1}`]:
    'retry.schedule[0]: would never be waited for: maxAttempts is 1; shorten the schedule or raise maxAttempts',
  [`${right}retry: {maxAttempts: 0}`]: 'retry.maxAttempts: must be a whole number from 1 to 1000',
  [`${right}retry: {jitter: 120%}`]: 'retry.jitter: must be a share such as 20% or 0.2, from 0 to 1',
  [`${right}retry: {jitter: 20}`]: 'retry.jitter: must be a share such as 20% or 0.2, from 0 to 1',
  [`${right}retry: {giveUpOn: [200]}`]: 'retry.giveUpOn[0]: must be a status from 300 to 599, or 3xx, 4xx or 5xx',
  [`${right}retry: {giveUpOn: [2xx]}`]: 'retry.giveUpOn[0]: must be a status from 300 to 599, or 3xx, 4xx or 5xx',
  [`${right}retry: {giveUpOn: [1e3]}`]: 'retry.giveUpOn[0]: must be a status from 300 to 599, or 3xx, 4xx or 5xx',
  [`${right}retry: {giveUpOn: 410}`]: 'retry.giveUpOn: must be a list, not a number',
  [`${right}retry: {retryOn: []}`]:
    'retry.retryOn: must not be an empty list: leave it out to try again after every status',
  [`${right}retry: {giveUpOn: [422], retryOn: [5xx, "422"]}`]:
    'retry.retryOn[1]: never counts: 422 is given up at once, as giveUpOn says, which is [410] where it is left out',
  [`${right}retry: {giveUpOn: [4xx], retryOn: [429]}`]:
    'retry.retryOn[0]: never counts: 4xx is given up at once, as giveUpOn says, which is [410] where it is left out',
  [`${right}retry: {retryOn: [410]}`]:
    'retry.retryOn[0]: never counts: 410 is given up at once, as giveUpOn says, which is [410] where it is left out',
  [`${right}breaker: on`]: 'breaker: must be off, or {failures, probes}',
  [`${right}breaker: false`]: 'breaker: must be off, or {failures, probes}',
  [`${right}breaker: {failures: 0}`]: 'breaker.failures: must be a whole number from 1 to 1000',
  [`${right}breaker: {probes: []}`]: 'breaker.probes: must not be an empty list',
  [`${right}breaker: {probes: [1ms]}`]: 'breaker.probes[0]: must be from 100ms to 1d, and is 1ms',
  [`${right}network: {allow: [localhost]}`]:
    'network.allow[0]: must be an address or a range such as 3.87.163.45, 10.0.0.0/8 or 2001:db8::/32',
  [`${right}network: {deny: [10.0.0.0/33]}`]:
    'network.deny[0]: must be an address or a range such as 3.87.163.45, 10.0.0.0/8 or 2001:db8::/32',
  [`${right}network: {allow: ["::/0"]}`]:
    'network.allow[0]: must not be a range of every address: metadata addresses of clouds are among them',
  [`${right}network: {allow: [10.0.0.1], deny: [10.0.0.1]}`]:
    'network.allow[0]: never counts: deny has it too, and goes before allow',
  [`${right}network: {allowPrivate: no}`]: 'network.allowPrivate: must be true or false, not text',
  [`${right}proxy: socks5://proxy`]: 'proxy: must be a URL that begins with http:// or https://, without a path',
  [`${right}proxy: http://proxy/path`]: 'proxy: must be a URL that begins with http:// or https://, without a path',
};

for (const [keys, mistake] of Object.entries(subscribers)) {
  test(`a subscriber refuses ${keys.replace(right, '').replaceAll('\n', ', ')}`, () => {
    const lines = mistakesOf(subscriberFile(keys)).map((line) =>
      line.replace(/^relay.yaml:\d+:\d+ subscribers\[0\]\./, ''),
    );
    assert.deepEqual(lines, [mistake]);
  });
}
