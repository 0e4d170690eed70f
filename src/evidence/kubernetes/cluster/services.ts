import type { Service } from '../objects/kept.ts'
import { type Keeper, remember } from './state.ts'

/** Services that are remembered beyond their end. */
const mostRemoved = 256

export const services: Keeper<Service> = {
  put(state, service, moment) {
    const { services } = state.known
    if (!services.has(service.key)) remember(state, [service.key], moment, { what: 'service-added', who: service.key })
    services.set(service.key, service)
  },
  remove(state, service, moment) {
    const { key } = service
    state.known.services.delete(key)
    state.removed.delete(key)
    state.removed.set(key, { service, at: moment.at })
    const oldest = state.removed.keys().next()
    if (state.removed.size > mostRemoved && !oldest.done) state.removed.delete(oldest.value)
    remember(state, [key], moment, { what: 'service-removed', who: key })
  },
}
