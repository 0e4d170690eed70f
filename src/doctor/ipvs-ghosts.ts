import { isIP } from 'node:net'
import { defineCheck, ok, willBite } from './check.ts'
import { judgeIpvs } from './proxying.ts'

/** A destination of weight 0 takes nobody new, and keeps whom it has: where it is gone already, they talk to nobody. */
export const ipvsGhosts = defineCheck({
  name: 'ipvs-ghosts',
  judge: node =>
    judgeIpvs(node, services => {
      const ghosts = services.flatMap(({ proto, address, port, destinations }) =>
        destinations
          .filter(each => each.weight === 0 && isIP(each.address) > 0 && isIP(address) > 0) // they end up in commands
          .map(each => ({
            ...each,
            proto,
            service: `${address}:${port}`,
            held: proto === 'udp' ? each.inactive : each.active,
          }))
          .filter(({ held }) => held > 0),
      )
      const [first] = ghosts
      if (!first) return ok('no connection goes to a destination of weight 0')
      const held = ghosts.reduce((sum, each) => sum + each.held, 0)
      const who = `${first.address}:${first.port} of ${first.service}`
      const more = ghosts.length > 1 ? ` and ${ghosts.length - 1} more` : ''
      return willBite(
        `${held} connections go to destinations of weight 0 (${who}${more}): if they are gone, nobody answers`,
        [
          '# a pod that is leaving may still serve them: look whether it exists',
          `kubectl get pods -A -o wide | grep -w ${first.address}`,
          `ipvsadm -d -${first.proto === 'udp' ? 'u' : 't'} ${first.service} -r ${first.address}:${first.port}  # if it is gone`,
        ],
      )
    }),
})
