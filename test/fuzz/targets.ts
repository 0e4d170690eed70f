import { agentAnswerFacts, config, echoAnswer, echoQuestion, grantedProof, iptablesFacts, journal } from './readings.ts'
import { dnsAnswer, framesIn, httpHeaders, kubeconfig, kubernetesEvent, kubernetesPage, webQuery } from './readings.ts'
import { histogram, kubernetesLines, nftFacts, questions, streamOf } from './readings.ts'
import { readQuestion } from '../../src/agent/question.ts'
import { parseEntry } from '../../src/evidence/conntrack-entries/parse.ts'
import { parseDeletion, parseEvent, placeIn } from '../../src/evidence/conntrack-events/parse.ts'
import { parseStat, parseSummary } from '../../src/evidence/conntrack/parse.ts'
import { foldersOf, pressureOf, throttlingOf } from '../../src/evidence/cpu/parse.ts'
import { findLines, parseConnection, parseServices, parseTimeouts } from '../../src/evidence/ipvs/parse.ts'
import { parseMetrics, parsePath } from '../../src/evidence/kube-proxy/parse.ts'
import { parseAnswer } from '../../src/evidence/ledger/parse.ts'
import { parseNetstat } from '../../src/evidence/netstat/parse.ts'
import { Absent } from '../../src/evidence/source.ts'
import { valueOf } from '../../src/evidence/sysctl/parse.ts'
import { admitsToken } from '../../src/http/token.ts'
import { Problem } from '../../src/outcome/problem.ts'
import { parseResolvConf } from '../../src/probes/dns/resolv-conf.ts'
import { judgeUnasked } from '../../src/probes/http-hold/goodbye.ts'
import { readLine } from '../../src/record/journal/line.ts'
import { parseAddress } from '../../src/settings/address.ts'
import { readHello, readWelcome } from '../../src/wire/hello.ts'

/** A parser that sees bytes of others. Its inputs are in the folder of its name in `corpus/`. */
export interface Target {
  readonly name: string
  /** What becomes of these bytes; a rejection is a throw. Throws where a promise is broken that no type says. */
  readonly read: (bytes: Buffer) => unknown
  /** What the docstring says it throws; nothing else may come. */
  readonly throws?: abstract new (
    ...given: never
  ) => Error
  /** Words of the format, blank-separated. */
  readonly words: string
  /** The result may have so many characters (as JSON) for each byte of the input, besides 8 KiB. */
  readonly expands?: number
  /** It gets so large a part of the cases: one that takes a millisecond would take all the time. */
  readonly share?: number
}

const text = (bytes: Buffer): string => bytes.toString('utf8')
const json = '{ } [ ] , : "" null true false 1e999 -1 __proto__ \\u0000 \\ud800'
const kubernetes = `${json} "metadata" "resourceVersion" "status" "items" "conditions" ADDED DELETED BOOKMARK ERROR`
const table = '\n \t : 0 -1 ffffffff 00000000 cpu'
const asked = { id: 'c1', instance: 'before' }
const admits = admitsToken('abcdefghijklmnop', 'here')

/** Every parser of foreign bytes. To fuzz one more: write its line here, and a folder of real inputs. */
export const targets: readonly Target[] = [
  { name: 'frames', read: framesIn, words: 'LH LH\x01 LH\x01\x03 \x00\x00\x08\x00 \x7f\xff\xff\xff' },
  { name: 'hello', read: bytes => [readHello(bytes), readWelcome(bytes)], words: `${json} "idleMs" "from" "proof"` },
  { name: 'proof', read: grantedProof, words: '. 1795257084288. 0 f', share: 0.5 },
  { name: 'echo-question', read: echoQuestion, words: 'LHEC \x01\x03' },
  { name: 'echo-answer', read: echoAnswer, words: 'LHEC \x01\x02 \x01\x04' },
  {
    name: 'dns-question',
    read: questions,
    words: '\xc0\x0c \x00\x29 \x00\x01 longhold test nx slow-250 big',
    expands: 40,
  },
  { name: 'dns-answer', read: dnsAnswer, words: '\xc0\x0c \xc0\xff \x00\x29 \x00\x01 \x3f longhold test' },
  { name: 'dns-stream', read: streamOf, words: '\x00\x00 \x00\x01 \xff\xff' },
  {
    name: 'resolv-conf',
    read: bytes => parseResolvConf(text(bytes)),
    words: 'nameserver search domain options ndots: timeout: : \n # ;',
  },
  {
    name: 'http-unasked',
    read: bytes => judgeUnasked(bytes.toString('latin1')),
    words: 'HTTP/1.1 408 \r\n\r\n longhold-bye: : \r\n',
  },
  { name: 'http-headers', read: httpHeaders, words: 'close connection: longhold-bye: content-length: , \n' },
  {
    name: 'ledger',
    read: bytes => [200, 404, 503].map(status => parseAnswer(asked, { status, body: text(bytes) })),
    words: `${json} "state" "ending" "error"`,
  },
  {
    name: 'agent-question',
    read: bytes => readQuestion(new URLSearchParams(text(bytes))),
    words: 'flow= & tcp, udp, costly= %2C [ ] :: %00 ,',
    expands: 12,
  },
  { name: 'agent-answer', read: agentAnswerFacts, words: `${json} "readings" "value" "absent" "at"`, share: 0.3 },
  {
    name: 'conntrack-entry',
    read: bytes => parseEntry(text(bytes)),
    words: 'src= dst= sport= dport= tcp udp 6 17 ipv4 packets= mark= [UNREPLIED] = ::',
  },
  {
    name: 'conntrack-event',
    read: bytes => [parseEvent(text(bytes)), parseDeletion(text(bytes)), placeIn(text(bytes))],
    words: '[DESTROY] [NEW] [USERSPACE] portid= progname= src= dst= tcp udp = [1.5]',
  },
  { name: 'conntrack-stat', read: bytes => parseStat(text(bytes)), words: `entries found __proto__ ${table}` },
  { name: 'conntrack-summary', read: bytes => parseSummary(text(bytes)), words: `cpu= found= __proto__=1 ${table}` },
  { name: 'cgroup', read: bytes => foldersOf(text(bytes)), words: `: / .. cpu, 0:: name= ${table}`, expands: 12 },
  {
    name: 'cpu-stat',
    read: bytes => throttlingOf(text(bytes)),
    words: `nr_throttled throttled_usec throttled_time ${table}`,
  },
  { name: 'pressure', read: bytes => pressureOf(text(bytes)), words: `some avg10= 100.01 ${table}` },
  {
    name: 'ipvs-services',
    read: bytes => parseServices(text(bytes)),
    words: `TCP UDP FWM -> [ ] Route Masq ${table}`,
    expands: 12,
  },
  {
    name: 'ipvs-connections',
    read: bytes =>
      [...(findLines(text(bytes), ['TCP 0AF4010A 9C41 ', 'UDP ']) ?? [])].map(([, rest]) => parseConnection(rest)),
    words: `TCP UDP NONE ${table}`,
  },
  { name: 'ipvs-timeouts', read: bytes => parseTimeouts(text(bytes)), words: `Timeout (tcp tcpfin udp): ${table}` },
  {
    name: 'kube-proxy-metrics',
    read: bytes => parseMetrics(text(bytes)),
    words: `kubernetes_build_info git_version="v1.2.3" process_start_time_seconds e+ { } ${table}`,
  },
  { name: 'kube-proxy-environ', read: bytes => parsePath(text(bytes)), words: '\0 PATH= : / .. /usr' },
  {
    name: 'netstat',
    read: bytes => parseNetstat(text(bytes)),
    words: `Ip: Tcp: TcpExt: __proto__ ${table}`,
    share: 0.5,
  },
  { name: 'sysctl', read: bytes => valueOf(text(bytes)), words: table },
  {
    name: 'iptables-save',
    read: iptablesFacts,
    words: '*nat *filter COMMIT -A -N -j -m --dport --to-destination ! -s -d : KUBE-SERVICES KUBE-SVC- " \\ \n',
    share: 0.3,
  },
  {
    name: 'nft-list',
    read: nftFacts,
    words: `${json} "rule" "chain" "map" "expr" "match" "vmap" "elem" "jump" "prefix" "range"`,
    share: 0.2,
  },
  { name: 'kubernetes-event', read: kubernetesEvent, words: kubernetes, share: 0.5 },
  { name: 'kubernetes-page', read: kubernetesPage, words: kubernetes, share: 0.3 },
  { name: 'kubernetes-stream', read: kubernetesLines, words: '\n { } \r', share: 0.5 },
  {
    name: 'kubeconfig',
    read: kubeconfig,
    throws: Absent,
    words: `${json} - & * << !!binary !!set ? | > --- ... %YAML clusters: current-context:`,
    share: 0.1,
  },
  {
    name: 'journal-line',
    read: bytes => readLine(text(bytes)),
    words: `${json} "type" "journal" "at" "steady" "verdict"`,
    share: 0.3,
  },
  {
    name: 'journal',
    read: journal,
    throws: Problem,
    words: `${json} \n "type" "journal" "at" "hdr" "checkpoint"`,
    expands: 60,
    share: 0.05,
  },
  { name: 'histogram', read: histogram, throws: Error, words: 'HISTFAAA H4sI eJx AAAA //// =', share: 0.3 },
  {
    name: 'config',
    read: config,
    throws: Problem,
    words: `${json} - & * << !!binary !!set ? | > --- ... %YAML probes: kind: tcp-hold dns idle: 5m 1e9h off`,
    expands: 200,
    share: 0.05,
  },
  {
    name: 'web-query',
    read: webQuery,
    words: 'filter= cohort= state= limit= offset= id= & = %00 %ff + limit',
    expands: 12,
  },
  {
    name: 'authorization',
    read: bytes => admits(bytes.toString('latin1')),
    words: 'Bearer Basic abcdefghijklmnop Og== :',
    share: 0.5,
  },
  {
    name: 'token-file',
    read: bytes => typeof admitsToken(text(bytes), 'here'),
    throws: Problem,
    words: '\n \r\n \t a',
    share: 0.5,
  },
  {
    name: 'address',
    read: bytes => parseAddress(text(bytes), 7000),
    words: '[ ] : :: . % 65535 65536 a.b ::ffff:1.2.3.4',
  },
]
