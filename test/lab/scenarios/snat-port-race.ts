import { addressOf } from '../cluster/places.ts'
import { waitingRoom } from '../cluster/waiting-room.ts'
import { held } from '../probes.ts'
import { atLeast, between, client, exactly, kernel, none } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import type { Lab } from '../stage.ts'

const each = 20
const outside = addressOf('ext')
const cohort = 'racing'
const racing = held(cohort, each, '1m', {
  to: outside,
  sourcePorts: { from: 21_000, to: 21_000 + each - 1 },
  reconnect: { base: '200ms', cap: '200ms' },
})
const calls = `-p tcp -d ${outside} --dport 7000`

export const snatPortRace: Scenario = {
  name: 'snat-port-race',
  verdict: 'snat-port-race',
  summary: 'two pods call one address outside from the same source port at the same moment, and race for it',
  means:
    'MASQUERADE keeps a pod’s source port if nobody has it. Two pods can be given the same one before either is entered into conntrack; the second loses its SYN and sends it again after one second. So connects to one busy address outside take 1.0 s now and then, with no error; insert_failed and drop rise alike. Ports picked by chance (--random-fully) cure it; kube-proxy’s own masquerading has them, that of network plugins and of Docker not always.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: ['ext', 'far'], client: 'srv0', places: ['client', 'client2'] },
  probes: [held('bystander', each, '1s', { to: addressOf('far') })],

  async stage(lab) {
    await lab.untilOpen()
    await lab.breaks('pods leave the node under the port they have', () => lab.cni.masquerades({ randomFully: false }))
    await Promise.all([lab.joins('client', racing), lab.joins('client2', racing)])
    await untilOpened(lab, 2 * each)
    await race(lab)
    await untilOpened(lab, 4 * each)
    await lab.heals('ports are picked by chance', () => lab.cni.masquerades({ randomFully: true }))
    await race(lab)
    await untilOpened(lab, 6 * each)
    // And without a race: by chance one in many shares a port even now, and one pod of the two may have met few before.
    for (const all of [8, 10, 12]) {
      await restarts(lab)
      await untilOpened(lab, all * each)
    }
  },

  proofs: [
    client('everybody gets in', ({ client }) => client.opened({ cohort }), exactly(12 * each)),
    client('nobody gets an error but while the server restarts', ({ client }) => client.faults(), none),
    client(
      'of each pair that shares a port one takes a second',
      ({ client }) => client.before('healed').opened({ cohort }).filter(isSlow),
      between(each - 2, each + 2),
    ),
    client(
      'with ports picked by chance nobody does',
      ({ client }) => client.begun('healed').opened({ cohort }).filter(isSlow),
      between(0, 2),
    ),
    client('connections that were there go on', ({ client }) => client.ended({ cohort: 'bystander' }), none),
    kernel(
      'conntrack counts each as an entry it could not make',
      ({ rose }) => rose('nodea', 'conntrack insert_failed', ['broken', 'healed']),
      atLeast(each - 2),
    ),
    kernel(
      'and as a packet dropped: as many',
      ({ rose }) => rose('nodea', 'conntrack insert_failed') - rose('nodea', 'conntrack drop'),
      exactly(0),
    ),
    kernel(
      'the pods’ kernels sent these SYN again',
      ({ rose }) => rose('client', 'TcpExt TCPSynRetrans') + rose('client2', 'TcpExt TCPSynRetrans'),
      atLeast(each - 2),
    ),
  ],
}

const isSlow = ({ tookUs }: { readonly tookUs: number }) => tookUs >= 1_000_000

/**
 * Both pods call from the same ports at once, because the server restarts. What takes microseconds in life, from the
 * translation of a SYN to its entry in conntrack, is made to last until every SYN of both has come so far: a race without luck.
 */
async function race(lab: Lab): Promise<void> {
  const closed = `FORWARD ${calls} --syn -j REJECT --reject-with tcp-reset`
  await lab.on('nodea', `iptables -I ${closed}`)
  await restarts(lab)
  const room = await waitingRoom('nodea', `${calls} --syn`)
  await lab.on('nodea', `iptables -D ${closed}`)
  await room.holds(2 * each)
  await room.opens()
}

async function restarts(lab: Lab): Promise<void> {
  await lab.stops('ext')
  await lab.starts('ext')
}

const untilOpened = (lab: Lab, n: number) =>
  lab.until('everybody is in', ({ client }) => client.opened({ cohort }).length >= n)
