import { addressOf, type PodName } from '../cluster/places.ts'
import type { Lab } from '../stage.ts'

/** A headless Service: it leads to the pods themselves. */
export const podsName = 'longhold-pods'
export const firstPods: readonly PodName[] = ['srv1', 'srv2']
export const sparePods: readonly PodName[] = ['srv0', 'srv3']

/** The pods of the Deployment behind the Service, of which half run, and what a cluster does with them. */
export interface Fleet {
  /** Who runs. */
  readonly running: readonly PodName[]
  /** One by one: a new one starts and joins, an old one leaves and is told to stop; in this order, or both at once, as Kubernetes does. */
  rollOut(how: 'one after the other' | 'at once'): Promise<void>
  toZero(): Promise<void>
  back(): Promise<void>
}

export function fleet(lab: Lab): Fleet {
  let [running, idle] = [firstPods, sparePods]
  let count = 0

  /** kube-proxy's and the headless Service's endpoints; kube-proxy cleans conntrack up behind itself. */
  async function lead(...pods: readonly PodName[]): Promise<void> {
    await lab.proxy.endpoints('longhold', ...pods.map(addressOf))
    await lab.proxy.cleansUp()
    lab.leads(podsName, ...pods)
  }

  return {
    get running() {
      return running
    },
    async rollOut(how) {
      const [old, fresh] = [running, idle]
      count++
      for (const [index, goes] of old.entries()) {
        const comes = fresh[index] ?? goes
        const stay = running.filter(pod => pod !== goes)
        await lab.changes(`rolling update ${count}: ${comes} for ${goes}, which leaves and stops ${how}`, async () => {
          await lab.starts(comes)
          await lead(...running, comes)
          const [leave, stop] = [() => lead(...stay, comes), () => lab.stops(goes)]
          if (how === 'at once') await Promise.all([leave(), stop()])
          else await leave().then(stop)
        })
        running = [...stay, comes]
        await lab.passes('2s', 'the next')
      }
      idle = old
    },
    async toZero() {
      await lab.changes('the Deployment is scaled to zero', () =>
        Promise.all([lead(), ...running.map(pod => lab.stops(pod))]),
      )
    },
    async back() {
      await lab.changes('and back', async () => {
        await Promise.all(running.map(pod => lab.starts(pod)))
        await lead(...running)
      })
    },
  }
}
