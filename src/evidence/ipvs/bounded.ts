import type { VirtualService } from './facts.ts'

/** Destinations of one service; of an answer, where a service counts as one more. There is room for the services of sixteen flows. */
const most = { ofService: 64, ofAnswer: 1100 } as const

/** As much as an answer may be long: whole services, and of the largest those destinations that say most. */
export function bounded(services: readonly VirtualService[]): VirtualService[] {
  let room: number = most.ofAnswer
  return services.flatMap(service => {
    const told = ofService(service)
    room -= 1 + told.destinations.length
    return room >= 0 ? [told] : []
  })
}

function ofService(service: VirtualService): VirtualService {
  const { destinations } = service
  if (destinations.length <= most.ofService) return service
  const weightZero = destinations.filter(({ weight }) => weight === 0).slice(0, most.ofService - 1)
  const others = destinations.filter(({ weight }) => weight > 0)
  const told = [...weightZero, ...others].slice(0, most.ofService)
  return { ...service, destinations: told, more: destinations.length - told.length }
}
