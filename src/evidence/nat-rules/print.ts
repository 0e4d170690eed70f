import { Absent, type Machine } from '../source.ts'
import type { Family } from './asked.ts'
import { nftObjects } from './nft-json.ts'
import { kubeProxyOf, neededElements } from './nft-services.ts'
import type { Printed } from './parse.ts'
import { planOf } from './plan.ts'
import { save, tried } from './save.ts'
import type { Table } from './table.ts'

/**
 * Has the tools print the rules of one family: both backends of iptables, which may be in use side by side, and of nft
 * what they do not tell. Rejects when neither tool says anything.
 */
export async function print(machine: Machine, family: Family): Promise<Printed> {
  const [{ newer, older, refused, unread }, chains] = await Promise.all([
    save(machine, family),
    tried(nft(machine, 'chains')),
  ])
  const saved = [newer, older].filter(each => each !== undefined)
  if (!(chains instanceof Absent)) {
    const listed = await list(machine, family, chains, newer?.tables ?? [])
    return { family, saved, ...listed, unread: [...unread, ...listed.unread] }
  }
  // iptables-legacy-save says nothing, and no why, where there is nothing or it may not look.
  if (!newer && !older?.tables.length) throw new Absent([...refused, chains.message].join('; '))
  return { family, saved, listed: [], kubeProxyInPart: false, unread: [...unread, chains.message] }
}

async function list(machine: Machine, family: Family, chains: string, told: readonly Table[]) {
  const objects = nftObjects(chains)
  const { tables, tooLarge, tooMany } = planOf(objects ?? [], family, told)
  const kubeProxy = kubeProxyOf(family)
  const kubeProxyInPart = tooLarge.includes(kubeProxy)
  const parts = kubeProxyInPart ? neededElements.map(({ kind, name }) => [kind, ...kubeProxy.split(' '), name]) : []
  const answers = await Promise.all(
    [...tables.map(name => ['table', ...name.split(' ')]), ...parts].map(what => tried(nft(machine, ...what))),
  )
  return {
    listed: answers.filter(each => typeof each === 'string'),
    kubeProxyInPart,
    unread: [
      ...(objects ? [] : ['nft: printed what is no listing']),
      ...tooLarge.map(
        name => `nft: table ${name} has too many chains to list${name === kubeProxy ? ' more than its maps' : ''}`,
      ),
      ...(tooMany > 0 ? [`nft: there are ${tooMany} tables more`] : []),
      ...answers.filter(each => each instanceof Absent).map(({ message }) => message),
    ],
  }
}

const nft = (machine: Machine, ...what: readonly string[]): Promise<string> =>
  machine.run('nft', ['-j', 'list', ...what])
