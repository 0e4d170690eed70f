import { expect, test } from 'vitest'
import { parseResolvConf, readResolvConf } from './resolv-conf.ts'
import { optionsOf } from './resolver/options.ts'

/** As a kubelet writes it for a pod (dnsPolicy: ClusterFirst). */
const inPod = `search default.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
`

test('a pod', () => {
  expect(parseResolvConf(inPod)).toMatchObject({
    servers: ['10.96.0.10'],
    search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
  })
})

test.each([
  [
    'comments and what it does not know are passed over',
    '# nameserver 10.0.0.1\n; x\nsortlist 1.2.3.4\noptions foo:1\n',
    { servers: [], search: [] },
  ],
  [
    'several servers, IPv6 too, and no names',
    'nameserver fd00::a\nnameserver 10.0.0.1 # old\nnameserver dns.example\n',
    { servers: ['fd00::a', '10.0.0.1'] },
  ],
  ['the last of search and domain counts', 'search a b\ndomain c d\n', { search: ['c'] }],
  ['the last of search and domain counts, the other way round', 'domain c\nsearch a b\n', { search: ['a', 'b'] }],
  [
    'options add up, and numbers are capped',
    'options ndots:99 rotate\noptions timeout:1000 attempts:9 use-vc edns0\n',
    { ndots: 15, timeoutS: 30, attempts: 5, rotate: true, useVc: true, edns: true, singleRequest: false },
  ],
  [
    'one option is not the beginning of another',
    'options single-request-reopen\n',
    { singleRequest: false, singleRequestReopen: true },
  ],
  ['no number is no option', 'options timeout:soon\n', { rotate: false }],
])('%s', (_, text, conf) => expect(parseResolvConf(text)).toMatchObject(conf))

test('no file is an empty one', () => {
  expect(readResolvConf('/nonexistent/resolv.conf')).toEqual(parseResolvConf(''))
})

test('what is set wins over the file, and the file over what glibc does by itself', () => {
  expect(optionsOf({}, parseResolvConf(''))).toMatchObject({
    timeoutS: 5,
    attempts: 2,
    ndots: 1,
    search: [],
    rotate: false,
  })
  expect(optionsOf({}, parseResolvConf(inPod))).toMatchObject({ timeoutS: 5, ndots: 5 })
  expect(optionsOf({ timeout: 1000, ndots: 1, search: [] }, parseResolvConf(inPod))).toMatchObject({
    timeoutS: 1,
    ndots: 1,
    search: [],
  })
})
