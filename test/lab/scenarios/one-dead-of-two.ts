import { addressOf, longholdService } from '../cluster/places.ts'
import { direct, echo, held } from '../probes.ts'
import { about, atLeast, client, type Expectation, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import type { Sight } from '../seen/sight.ts'
import { firstSent } from '../seen/sent.ts'
import type { Lab } from '../stage.ts'

export const dead = 'srv2'
const knocking = 60
const ports = 40
const questions = 80
const manyPorts = { to: Array.from({ length: ports }, () => longholdService), every: '500ms', timeout: '1500ms' }
const knocked = { cohort: 'knocking' } as const
const fresh = { probe: 'questions', mode: 'fresh' } as const

/** One of two servers dies, and kube-proxy does not hear of it. */
export interface Death {
  readonly name: string
  readonly summary: string
  readonly means: string
  readonly dies: (lab: Lab) => Promise<unknown>
  readonly newConnections: string
  readonly openConnections: Expectation
  readonly questions: Expectation
}

export function deadBackend({ name, summary, means, dies, ...fates }: Death): Scenario {
  return {
    name,
    verdict: 'dead-endpoint',
    summary,
    means,
    modes: ['iptables', 'nftables'],
    cluster: { places: ['client2'] },
    probes: [
      held('held', ports, '1s'),
      echo('steady', { ...manyPorts, ports: ['pinned'] }),
      echo('newcomers', { ports: ['fresh'] }),
    ],

    async stage(lab) {
      await lab.untilOpen()
      await lab.until('every port has its server', ({ client }) => client.asked({ fate: 'ok' }).length >= 2 * ports)
      await lab.breaks(`${dead} is gone, and the rules do not know`, () => dies(lab))
      await lab.joins(
        'client2',
        held('knocking', knocking, '1m', { deadline: '2s' }),
        direct('direct', ports, '1m', ['srv1']),
        echo('questions', manyPorts),
      )
      await lab.until(
        'enough is tried',
        ({ client }) =>
          client.opened(knocked).length + client.ended(knocked).length >= knocking &&
          client.asked(fresh).length >= 3 * questions,
      )
      await lab.heals('kube-proxy takes it out, and deletes its conntrack entries', async () => {
        await lab.proxy.endpoints('longhold', lab.addressOf('srv1'))
        await lab.proxy.cleansUp()
      })
      await lab.until('more is asked', ({ client }) => client.since('healed', 500).asked(fresh).length >= questions)
    },

    proofs: [
      client('half of the new connections fail', ({ client }) => client.ended(knocked), about(knocking, 1 / 2)),
      client(
        'all alike',
        ({ client }) => client.ended(knocked).map(({ fate, code }) => `${fate} ${code}`),
        only(fates.newConnections),
      ),
      client(
        'the others open, to the server that lives',
        ({ client }) => client.opened(knocked).map(({ peer }) => peer.pod),
        only('srv1'),
      ),
      client('straight to that one all open', ({ client }) => client.ended({ cohort: 'direct' }), none),
      client(
        `half of ${questions} questions fail, each from a new port`,
        ({ client }) => firstSent(client.asked(fresh), questions).filter(({ fate }) => fate !== 'ok'),
        about(questions, 1 / 2),
      ),
      client(
        'with this fate, as do those of ports that had met it',
        ({ client }) =>
          client
            .before('healed')
            .undisturbed()
            .map(({ fate }) => fate)
            .filter(fate => fate !== 'ok'),
        fates.questions,
      ),
      client(
        `half of ${ports} ports that keep asking get no answer: it is not tied to a port`,
        sight => portsOf(sight).filter(({ answered }) => answered === 0),
        about(ports, 1 / 2),
      ),
      client(
        'the other half get every one',
        sight => portsOf(sight).filter(each => each.answered * each.failed > 0),
        none,
      ),
      client(
        'ports and connections that had met the other server before notice nothing',
        ({ client }) => [
          ...client.asked({ probe: 'steady' }).filter(each => each.fate !== 'ok' && !metDead(client, each.server)),
          ...client.ended({ cohort: 'held' }).filter(({ peer }) => peer?.pod !== dead),
        ],
        none,
      ),
      client(
        'connections that it had are lost',
        ({ client }) => client.ended({ cohort: 'held' }).map(({ fate, phase }) => `${fate} in ${phase}`),
        fates.openConnections,
      ),
      kernel('it is still in the rules', ({ lines }) => lines('nodea', 'rules', 'broken', addressOf(dead)), atLeast(1)),
      client(
        'taken out, each question is answered, also from ports that had met it',
        ({ client }) =>
          client
            .begun('healed')
            .undisturbed()
            .map(({ fate }) => fate),
        only('ok'),
      ),
    ],
  }
}

/** The pinned ports of who joined, and how their questions fared. */
function portsOf({ client }: Sight) {
  const asked = client.before('healed').asked({ probe: 'questions', mode: 'pinned' })
  return [...new Set(asked.map(({ server }) => server))].map(port => {
    const own = asked.filter(({ server }) => server === port)
    const answered = own.filter(({ fate }) => fate === 'ok').length
    return { answered, failed: own.length - answered }
  })
}

/** Which server a pinned port had met before. */
const metDead = (client: Sight['client'], port: string) =>
  client
    .before('broken')
    .asked({ probe: 'steady', server: port })
    .some(({ by }) => by?.startsWith(`${dead}/`))
