import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Namespace, namespace } from '../../../test/namespace.ts'
import type { Machine } from '../source.ts'
import type { NatRules } from './facts.ts'
import { natRulesSource } from './source.ts'

/** The real tools, some of them or all, run by somebody who may look or may not. */
const read = async (machine: Machine) => (await natRulesSource.read(machine, { flows: [], accounts: [] })) as NatRules

const folders: string[] = []
afterAll(() => folders.forEach(folder => rmSync(folder, { recursive: true })))
/** A namespace whose machine has these programs and no others. */
async function having(programs: Readonly<Record<string, string>>, setUp: string): Promise<Namespace> {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-path-'))
  folders.push(folder)
  for (const [name, of] of Object.entries(programs)) symlinkSync(`/usr/sbin/${of}`, join(folder, name))
  return namespace(setUp, ['env', `PATH=${folder}`])
}
const nft = { nft: 'nft' }
const masquerade = 'iptables -t nat -A POSTROUTING -s 10.1.0.0/16 -j MASQUERADE'
const legacy = 'iptables-legacy -t nat -A POSTROUTING -s 10.2.0.0/16 -j MASQUERADE'

test('none: absent, with the reason', async () => {
  await using it = await having({}, masquerade)
  await expect(read(it.machine)).rejects.toThrow(/iptables-nft-save.*nft/)
})

test('iptables-save by its plain name, of either backend', async () => {
  await using newer = await having({ ...nft, 'iptables-save': 'xtables-nft-multi' }, masquerade)
  await using older = await having({ ...nft, 'iptables-save': 'xtables-legacy-multi' }, legacy)
  for (const [it, source] of [
    [newer, '10.1.0.0/16'],
    [older, '10.2.0.0/16'],
  ] as const) {
    const facts = await read(it.machine)
    expect([facts.masquerades, facts.unread]).toMatchObject([[{ source }], undefined])
  }
})

test('nft alone: of rules of iptables it knows that they are there', async () => {
  await using it = await having(nft, masquerade)
  const facts = await read(it.machine)
  expect(facts).toEqual({
    through: 'nft',
    services: [],
    masquerades: [],
    unread: [expect.stringContaining('rules of iptables')],
  })
})

test('no iptables-legacy, and rules of it', async () => {
  await using it = await having({ ...nft, 'iptables-nft-save': 'xtables-nft-multi' }, `${masquerade}\n${legacy}`)
  const facts = await read(it.machine)
  expect(facts.masquerades).toMatchObject([{ source: '10.1.0.0/16' }])
  expect(facts.unread).toEqual([expect.stringMatching(/^iptables-legacy has tables \(nat\)/)])
  expect(facts).not.toHaveProperty('serviceRules')
})

test('no nft: nothing is denied', async () => {
  await using it = await having({ 'iptables-nft-save': 'xtables-nft-multi' }, masquerade)
  const facts = await read(it.machine)
  expect([facts.masquerades.length, facts.unread?.length]).toEqual([1, 1])
  expect(Object.values(facts)).not.toContain(false)
})

test('nobody special: absent, with the reason; CAP_NET_ADMIN is enough for nf_tables', async () => {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] as const
  const admin = [...nobody, '--inh-caps', '+net_admin', '--ambient-caps', '+net_admin'] as const
  await using refused = await namespace(masquerade, nobody)
  await expect(read(refused.machine)).rejects.toThrow(/iptables-nft-save.*Permission denied/)
  await using allowed = await namespace(masquerade, admin)
  expect((await read(allowed.machine)).masquerades).toMatchObject([{ source: '10.1.0.0/16' }])
})
