import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, der, integer, octets, oid, sequence, set, tagged, text, time, yes } from './der.ts'

/** A certificate and its key, PEM. */
export interface Certified {
  readonly cert: string
  readonly key: string
}

/** Issues certificates that live for a day, as the CA of a cluster does. */
export interface Authority {
  /** What clients trust. */
  readonly ca: string
  /** For a server at these addresses and names. */
  server(...names: readonly string[]): Certified
  /** For a client: user `name` in `groups`, as Kubernetes reads CN and O. */
  client(name: string, ...groups: readonly string[]): Certified
  /** For one that is both, known by `names`. */
  either(...names: readonly string[]): Certified
  /** The same authority, whose certificates are good from and until so many hours from now. */
  during(from: number, until: number): Authority
}

const usage = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' }

export const authority = (name = 'kubernetes'): Authority =>
  issuing(name, generateKeyPairSync('ec', { namedCurve: 'P-256' }), [-1, 24])

function issuing(name: string, mine: Pair, hours: readonly [number, number]): Authority {
  const issuer = distinguished(name)
  const issue = (subject: Buffer, key: KeyObject, extensions: readonly Buffer[]): string =>
    certificate({ issuer, subject, key, extensions, signedWith: mine.privateKey, hours })

  function issued(subject: Buffer, extensions: readonly Buffer[]): Certified {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return {
      cert: issue(subject, publicKey, extensions),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
  }

  return {
    ca: issue(issuer, mine.publicKey, [extension('2.5.29.19', sequence(yes), true)]),
    server: (...names) =>
      issued(distinguished('kube-apiserver'), [
        extension('2.5.29.17', sequence(...names.map(alternative))),
        extension('2.5.29.37', sequence(oid(usage.server))),
      ]),
    either: (...names) =>
      issued(distinguished(names[0] ?? ''), [
        extension('2.5.29.17', sequence(...names.map(alternative))),
        extension('2.5.29.37', sequence(oid(usage.server), oid(usage.client))),
      ]),
    during: (from, until) => issuing(name, mine, [from, until]),
    client: (user, ...groups) =>
      issued(distinguished(user, ...groups), [extension('2.5.29.37', sequence(oid(usage.client)))]),
  }
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

interface Request {
  readonly hours: readonly [number, number]
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly key: KeyObject
  readonly extensions: readonly Buffer[]
  readonly signedWith: KeyObject
}

/** X.509 version 3 (RFC 5280), signed with ECDSA and SHA-256. */
function certificate({ issuer, subject, key, extensions, signedWith, hours }: Request): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
  const now = Date.now()
  const inHours = (count: number) => time(new Date(now + count * 3_600_000))
  const toSign = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuer,
    sequence(inHours(hours[0]), inHours(hours[1])),
    subject,
    key.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  )
  const signature = sign('sha256', toSign, signedWith)
  const base64 = sequence(toSign, algorithm, bits(signature)).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`
}

/** O, as often as there are groups, and CN. */
const distinguished = (name: string, ...groups: readonly string[]): Buffer =>
  sequence(...groups.map(group => attribute('2.5.4.10', group)), attribute('2.5.4.3', name))

const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), text(value)))

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value))

/** An entry of subjectAltName: tag 2 for names, 7 for the bytes of an address. */
function alternative(name: string): Buffer {
  if (isIP(name) === 4) return der(0x87, Buffer.from(name.split('.').map(Number)))
  return isIP(name) === 6 ? der(0x87, ipv6(name)) : der(0x82, Buffer.from(name))
}

function ipv6(address: string): Buffer {
  const [left = '', right] = address.split('::')
  const [head, tail] = [groups(left), groups(right ?? '')]
  const zeros: string[] = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return Buffer.from([...head, ...zeros, ...tail].map(each => each.padStart(4, '0')).join(''), 'hex')
}

const groups = (half: string): string[] => (half === '' ? [] : half.split(':'))
