import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storyClock } from '../../../../test/story-clock.ts'
import { findAccess } from './find.ts'
import { currentToken } from './token.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longhold-kubeconfig-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Writes a file below the folder; returns its path. */
function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

const kubeconfig = (user: object, cluster: object = {}, name = 'config') =>
  write(
    name,
    JSON.stringify({
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
    }),
  )
const find = (file: string) => findAccess({ env: {}, kubeconfig: file })

const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
function serviceAccount(): string {
  write('sa/token', 't')
  write('sa/ca.crt', 'CA')
  write('sa/namespace', 'longhold\n')
  return join(folder, 'sa')
}

describe('where it is looked for', () => {
  test('in a pod: its ServiceAccount, by an address of either family', async () => {
    expect(await findAccess({ env: pod, serviceAccount: serviceAccount() })).toEqual({
      from: 'the ServiceAccount of this pod',
      origin: 'https://[fd00::1]:443',
      prefix: '',
      tls: { ca: 'CA', rejectUnauthorized: true },
      token: { file: join(folder, 'sa', 'token') },
      namespace: 'longhold',
    })
  })

  test('a pod that may not: with the line that would change it', async () => {
    await expect(findAccess({ env: pod, serviceAccount: folder })).rejects.toThrow(
      'set automountServiceAccountToken: true',
    )
  })

  test('the file that was named goes before the pod, the pod before $KUBECONFIG, that before the home', async () => {
    const [named, listed] = [kubeconfig({}, {}, 'named'), kubeconfig({}, {}, 'listed')]
    kubeconfig({}, {}, 'home/.kube/config')
    const where = {
      kubeconfig: named,
      env: { ...pod, KUBECONFIG: listed },
      serviceAccount: serviceAccount(),
      home: join(folder, 'home'),
    }
    const { kubeconfig: _, ...unnamed } = where
    expect((await findAccess(where)).from).toBe(`kubeconfig ${named}, context "here"`)
    expect((await findAccess(unnamed)).from).toBe('the ServiceAccount of this pod')
    expect((await findAccess({ ...unnamed, env: { KUBECONFIG: listed } })).from).toContain(listed)
    expect((await findAccess({ ...unnamed, env: {} })).from).toContain(join('home', '.kube', 'config'))
    await expect(findAccess({ env: {}, home: folder })).rejects.toThrow('there is no kubeconfig')
  })

  test('several files are one: the first that names something wins, and paths belong to their file', async () => {
    const first = write('a/first', 'current-context: x\ncontexts:\n- {name: x, context: {cluster: c, user: u}}\n')
    const second = write(
      'b/second',
      [
        'current-context: other',
        'clusters:',
        '- {name: c, cluster: {server: "https://h", certificate-authority: ca.pem}}',
        'users:',
        '- {name: u, user: {tokenFile: secret}}',
      ].join('\n'),
    )
    write('b/ca.pem', 'THE CA')
    const env = { KUBECONFIG: `${first}:${join(folder, 'missing')}:${second}` }
    expect(await findAccess({ env })).toMatchObject({
      origin: 'https://h',
      tls: { ca: 'THE CA' },
      token: { file: join(folder, 'b', 'secret') },
    })
  })
})

describe('what a kubeconfig says', () => {
  test('a certificate, its key, another name, a path before everything', async () => {
    const file = kubeconfig(
      { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
      {
        server: 'https://rancher/k8s/clusters/c-1/',
        'tls-server-name': 'kube',
        'certificate-authority-data': base64('CA'),
      },
    )
    expect(await find(file)).toEqual({
      from: `kubeconfig ${file}, context "here"`,
      origin: 'https://rancher',
      prefix: '/k8s/clusters/c-1',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', servername: 'kube', rejectUnauthorized: true },
      namespace: 'n',
    })
  })

  test('a server whose certificate is not to be looked at', async () => {
    expect((await find(kubeconfig({ token: 't' }, { 'insecure-skip-tls-verify': true }))).tls.rejectUnauthorized).toBe(
      false,
    )
  })

  test.each([
    [
      { exec: { command: 'aws-iam-authenticator', args: ['token'] } },
      {},
      'exec plugin (aws-iam-authenticator), and longhold runs none',
    ],
    [{ 'auth-provider': { name: 'gcp' } }, {}, 'auth-provider plugin gcp'],
    [{ username: 'admin', password: 'hunter2' }, {}, 'user name and password'],
    [{ as: 'root', token: 't' }, {}, 'impersonates (as: root)'],
    [{}, { 'proxy-url': 'http://p:3128' }, 'proxy-url'],
    [{}, { server: 'unix:///var/run/kube' }, 'its server is no address such as https://10.0.0.1:6443'],
    [{ 'client-key': 'no-such-file' }, {}, 'no-such-file: not there (ENOENT)'],
  ])('%j %j is refused: %s', async (user, cluster, why) => {
    await expect(find(kubeconfig(user, cluster))).rejects.toThrow(why)
  })

  test.each([
    ['', 'it has no current-context'],
    ['current-context: x', 'contexts has no "x"'],
    ['token: [unclosed', 'it is no kubeconfig'],
    ['clusters: 7', 'it is no kubeconfig'],
    ['&a [*a, *a]', 'it is no kubeconfig'],
    [
      'current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]',
      'clusters has no "gone", which context "x" needs',
    ],
  ])('%j: %s', async (text, why) => {
    await expect(find(write('broken', text))).rejects.toThrow(why)
  })

  test('what is refused never cites a secret', async () => {
    const broken = find(write('broken', 'users:\n- name: u\n  user: {token: hunter2'))
    await expect(broken).rejects.not.toThrow('hunter2')
  })

  test('a file that is endless is not read to its end', async () => {
    await expect(find('/dev/zero')).rejects.toThrow('larger than')
  })
})

test('a token is read again when half a minute is over, or when it is refused', async () => {
  const clock = storyClock()
  const file = write('token', 'one\n')
  const token = currentToken({ file }, clock)
  expect(await token()).toBe('one')
  write('token', 'two')
  clock.pass(29_000)
  expect(await token()).toBe('one')
  clock.pass(2000)
  expect(await token()).toBe('two')
  write('token', 'three')
  expect([await token(true), await token()]).toEqual(['three', 'three'])
})
