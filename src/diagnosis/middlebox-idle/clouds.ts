/** Idle timeouts that clouds come with, and what they do then. */
interface Default {
  readonly name: CloudHop
  readonly ms: number
  readonly does: readonly ('silent' | 'reset' | 'reset-both')[]
  readonly whose: string
  readonly remedy: readonly string[]
}

type CloudHop =
  | 'aws-nlb'
  | 'aws-nitro-v6'
  | 'azure-lb'
  | 'azure-nat-gateway'
  | 'azure-aks-lb'
  | 'gcp-firewall'
  | 'gcp-nat'

const minute = 60_000

const defaults: readonly Default[] = [
  {
    name: 'aws-nlb',
    ms: 350_000,
    does: ['reset'],
    whose: 'of AWS network load balancers and NAT gateways',
    remedy: [
      'aws elbv2 modify-listener-attributes --listener-arn ARN --attributes Key=tcp.idle_timeout.seconds,Value=6000',
      '# That of a NAT gateway cannot be set: there only keepalive helps.',
    ],
  },
  {
    name: 'aws-nitro-v6',
    ms: 350_000,
    does: ['silent'],
    whose: 'of connection tracking on AWS Nitro v6 instances',
    remedy: [
      'aws ec2 modify-network-interface-attribute --network-interface-id ENI --connection-tracking-specification TcpEstablishedTimeout=432000',
    ],
  },
  {
    name: 'azure-lb',
    ms: 4 * minute,
    does: ['silent', 'reset-both'],
    whose: 'of Azure load balancers',
    remedy: ['az network lb rule update --lb-name LB -n RULE -g GROUP --idle-timeout 30 --enable-tcp-reset true'],
  },
  {
    name: 'azure-nat-gateway',
    ms: 4 * minute,
    does: ['reset'],
    whose: 'of Azure NAT gateways',
    remedy: ['az network nat gateway update -n NAT -g GROUP --idle-timeout 120'],
  },
  {
    name: 'azure-aks-lb',
    ms: 30 * minute,
    does: ['reset-both'],
    whose: 'of the load balancer of AKS',
    remedy: ['az aks update -n CLUSTER -g GROUP --load-balancer-idle-timeout 120'],
  },
  {
    name: 'gcp-firewall',
    ms: 10 * minute,
    does: ['silent'],
    whose: 'of GCP firewalls',
    remedy: ['# It cannot be set: only keepalive helps.'],
  },
  {
    name: 'gcp-nat',
    ms: 20 * minute,
    does: ['silent'],
    whose: 'of GCP Cloud NAT',
    remedy: ['gcloud compute routers nats update NAT --router ROUTER --tcp-established-idle-timeout 7200'],
  },
]

/** What is known of a hop of a cloud. */
export function defaultOf(name: CloudHop): Pick<Default, 'ms' | 'does'> {
  const found = defaults.find(each => each.name === name)
  if (!found) throw new RangeError(`no default is known of ${name}`)
  return found
}

/** Wider than this the interval would meet a default by chance. */
const sharp = 1.25
/** What clocks, ticks and answers on the way add, ms. */
const slackMs = 2000

/** The one known default within what was measured: a silence of `after` was survived, one of `by` was not. */
export function cloudOf(
  does: Default['does'][number],
  { after, by }: { readonly after: number; readonly by: number },
): Default | undefined {
  if (after <= 0 || by / after > sharp) return undefined
  const fitting = defaults.filter(
    each => each.does.includes(does) && each.ms > after - slackMs && each.ms <= by + slackMs,
  )
  return fitting.length === 1 ? fitting[0] : undefined
}
