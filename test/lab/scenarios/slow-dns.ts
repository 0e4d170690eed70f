import { interposed } from '../cluster/interposed.ts'
import { addressOf } from '../cluster/places.ts'
import { asks } from '../probes.ts'
import { atLeast, client, kernel, none, only } from '../proof.ts'
import type { Scenario } from '../scenario.ts'
import type { Observations, Sight } from '../seen/sight.ts'

const delayMs = 2500
/** Less than this is not late; a timer may ring a little early. */
const slowUs = 2_000_000
const hurried = { probe: 'hurried' } as const
const patient = { probe: 'patient' } as const
const application = { probe: 'application' } as const

export const slowDns: Scenario = {
  name: 'slow-dns',
  verdict: 'dns-slow',
  summary: 'the DNS server takes 2.5 s for each answer: too late for some, slow for others',
  means:
    'Who gives up after two seconds calls this loss. It is not: every answer came, later, and was counted as late with its latency. Late answers accuse the server (CPU limits, a slow upstream), missing ones the way there. Who waits longer gets every answer; a resolver asks again meanwhile, which doubles the load on a server that is too slow already.',
  modes: ['iptables', 'nftables'],
  cluster: { servers: [], dns: ['dns1', 'dns2'], spare: ['dns2'] },
  probes: [
    asks('hurried', { timeout: '2s' }),
    asks('patient', { timeout: '10s' }),
    asks('application', { ports: [], resolver: { timeout: '2s', attempts: 4, ndots: 1, search: [] } }),
    asks('other-server', { timeout: '2s', servers: [addressOf('dns2')] }),
  ],

  async stage(lab) {
    let relay: Awaited<ReturnType<typeof interposed>> | undefined
    await lab.until('everybody is answered', ({ client }) => client.asked({ fate: 'ok' }).length >= 40)
    await lab.breaks(`dns1 takes ${delayMs} ms for each answer`, async () => {
      relay = await interposed('dns1', { delayMs })
    })
    await lab.until('answers came late', ({ client }) => client.begun('broken').asked(patient).length >= 30)
    await lab.heals('it answers at once again', async () => relay?.hurries())
    await lab.until(
      'the last of the late answers came',
      sight => sight.client.begun('healed').asked(patient).length >= 20 && lost(sight) === 0,
    )
  },

  proofs: [
    client('no fault before', ({ client }) => client.before('broken').faults(), none),
    client(
      'who waits two seconds gives up on every question',
      ({ client }) =>
        meanwhile(client)
          .undisturbed(hurried)
          .map(({ fate, code }) => `${fate} ${code}`),
      only('timeout DEADLINE'),
    ),
    client('and hears of many answers later', ({ client }) => client.strayed(late), atLeast(10)),
    client('of all of them: no answer is missing', sight => lost(sight), none),
    // The second answers to an application reach a port that is closed by then, or somebody else's: foreign.
    client(
      'no answer is broken, told twice or from elsewhere',
      ({ client }) => client.strayed({ what: ['malformed', 'duplicate', 'wrong-source'] }),
      none,
    ),
    client(
      'each late answer says how late: in less than 2 s came',
      ({ client }) => client.strayed(late).filter(({ tookUs = 0 }) => tookUs < slowUs),
      none,
    ),
    client('who waits ten seconds gets every answer', ({ client }) => client.asked(patient).filter(isNotOk), none),
    client(
      'none of them within 2 s',
      ({ client }) =>
        meanwhile(client)
          .asked(patient)
          .filter(({ tookUs }) => tookUs < slowUs),
      none,
    ),
    client('an application gets every answer too', ({ client }) => client.asked(application).filter(isNotOk), none),
    client(
      'but asks twice or more, two questions each time: this often once',
      ({ client }) =>
        meanwhile(client)
          .asked(application)
          .filter(({ tries = 0 }) => tries < 4),
      none,
    ),
    client(
      'with the same patience the other server’s answers are in time: without one',
      ({ client }) => client.asked(other).filter(isNotOk),
      none,
    ),
    kernel(
      'conntrack has nothing to say',
      ({ rose }) => rose('nodea', 'conntrack drop') + rose('nodea', 'conntrack insert_failed'),
      none,
    ),
  ],
}

const late = { ...hurried, what: 'late' } as const
const other = { probe: 'other-server' } as const
/** What was asked and ended while dns1 was slow. A busy client reads an answer from before later: those end sooner than any of these can. */
const meanwhile = (client: Observations) => client.begun('broken').since('broken', 1500).before('healed')

const isNotOk = ({ fate }: { readonly fate: string }) => fate !== 'ok'

/** Questions that were given up, less those whose answer came after all. */
const lost = ({ client }: Sight) => client.asked({ ...hurried, fate: 'timeout' }).length - client.strayed(late).length
