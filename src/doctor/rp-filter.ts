import { defineCheck, ok, willBite } from './check.ts'
import { judgeSetting, set, settingOf } from './settings.ts'

const name = 'net.ipv4.conf.all.rp_filter'
const later = 'net.ipv4.conf.default.rp_filter'

/** Strict: a packet that comes in where the answer would not go out is dropped in silence, as on a node with two ways. */
export const rpFilter = defineCheck({
  name: 'rp-filter',
  judge: node =>
    judgeSetting(node, name, value => {
      if (value === 1)
        return willBite(
          `${name} is 1 (strict): a packet that takes another way than its answer is dropped`,
          set(name, 2),
        )
      // The kernel takes the larger one of `all` and of the interface, which began with `default`.
      if (value === 0 && settingOf(node, later) === 1)
        return willBite(`${later} is 1 (strict) for every interface that comes up`, set(later, 2))
      return ok(`${name} is ${value}, not strict`)
    }),
})
