import { defaultOf } from '../diagnosis/middlebox-idle/clouds.ts'
import type { Ending } from './advice/hop.ts'

/** The idle timeout something on a path comes with. */
export interface Preset {
  readonly name: string
  readonly title: string
  /** TCP, established, s. */
  readonly timeoutS: number
  readonly ending: Ending
  /** A keepalive probe and its answer begin the time anew. What ends TCP itself counts data alone. */
  readonly refreshed: boolean
  /** A timer of the kernel ends it, and may be late. */
  readonly mayBeLate?: boolean
  /** Where it is set, and how far; empty where it cannot be. */
  readonly configurable: string
  readonly source: string
}

/** A hop that forwards packets: probes refresh it. */
const packets = (preset: Omit<Preset, 'refreshed'>): Preset => ({ ...preset, refreshed: true })

/** A proxy: each side is a connection of its own, its idle time counts data, and it says goodbye. */
const proxy = (preset: Omit<Preset, 'refreshed' | 'ending'>): Preset => ({
  ...preset,
  refreshed: false,
  ending: 'closed',
})

/** What diagnosis knows of a cloud, which is where these numbers are kept. */
function cloud(name: Parameters<typeof defaultOf>[0]): Pick<Preset, 'timeoutS' | 'ending'> {
  const { ms, does } = defaultOf(name)
  return { timeoutS: ms / 1000, ending: does[0] ?? 'unknown' }
}

/** Every preset. To add one: write it here, with the page that says so. */
export const presets: readonly Preset[] = [
  packets({
    name: 'kube-proxy-iptables',
    title: 'conntrack as kube-proxy sets it, in iptables or nftables mode',
    timeoutS: 86_400,
    ending: 'reset',
    configurable: 'kube-proxy conntrack.tcpEstablishedTimeout',
    source: 'https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/',
  }),
  packets({
    name: 'kube-proxy-ipvs',
    title: 'IPVS, as kube-proxy leaves it',
    timeoutS: 900,
    mayBeLate: true,
    ending: 'reset',
    configurable: 'kube-proxy ipvs.tcpTimeout',
    source: 'https://docs.kernel.org/networking/ipvs-sysctl.html',
  }),
  packets({
    name: 'conntrack',
    title: 'conntrack as the kernel comes',
    timeoutS: 432_000,
    ending: 'reset',
    configurable: 'sysctl net.netfilter.nf_conntrack_tcp_timeout_established',
    source: 'https://docs.kernel.org/networking/nf_conntrack-sysctl.html',
  }),
  packets({
    name: 'cilium',
    title: 'Cilium without kube-proxy (6 h in older releases)',
    timeoutS: 8000,
    ending: 'reset',
    configurable: 'bpf-ct-timeout-regular-tcp and bpf-ct-timeout-service-tcp',
    source: 'https://docs.cilium.io/en/stable/cmdref/cilium-agent/',
  }),
  packets({
    name: 'aws-nlb',
    title: 'AWS Network Load Balancer',
    ...cloud('aws-nlb'),
    configurable: '60 s to 6000 s, listener attribute tcp.idle_timeout.seconds',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html',
  }),
  packets({
    name: 'aws-nat-gateway',
    title: 'AWS NAT gateway',
    ...cloud('aws-nlb'),
    configurable: '',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html',
  }),
  packets({
    name: 'aws-nitro-v6',
    title: 'security groups on AWS Nitro v6 instances',
    ...cloud('aws-nitro-v6'),
    configurable: '60 s to 432000 s, TcpEstablishedTimeout of the network interface',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html',
  }),
  proxy({
    name: 'aws-alb',
    title: 'AWS Application Load Balancer',
    timeoutS: 60,
    configurable: '1 s to 4000 s, attribute idle_timeout.timeout_seconds',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
  }),
  proxy({
    name: 'aws-clb',
    title: 'AWS Classic Load Balancer',
    timeoutS: 60,
    configurable: '1 s to 4000 s',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-timeout.html',
  }),
  packets({
    name: 'azure-lb',
    title: 'Azure Load Balancer, and its outbound rules',
    ...cloud('azure-lb'),
    configurable: '4 to 100 minutes, idleTimeoutInMinutes of the rule',
    source: 'https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-reset',
  }),
  packets({
    name: 'azure-aks-lb',
    title: 'the load balancer that AKS makes',
    ...cloud('azure-aks-lb'),
    configurable: '4 to 120 minutes, --load-balancer-idle-timeout',
    source: 'https://learn.microsoft.com/en-us/azure/aks/load-balancer-standard',
  }),
  packets({
    name: 'azure-nat-gateway',
    title: 'Azure NAT gateway',
    ...cloud('azure-nat-gateway'),
    configurable: '4 to 120 minutes, --idle-timeout',
    source: 'https://learn.microsoft.com/en-us/azure/nat-gateway/nat-gateway-resource',
  }),
  packets({
    name: 'gcp',
    title: 'connection tracking of GCP VPC firewalls',
    ...cloud('gcp-firewall'),
    configurable: '',
    source: 'https://cloud.google.com/compute/docs/troubleshooting/general-tips',
  }),
  packets({
    name: 'gcp-nat',
    title: 'GCP Cloud NAT',
    ...cloud('gcp-nat'),
    configurable: '--tcp-established-idle-timeout of the NAT',
    source: 'https://cloud.google.com/nat/docs/tune-nat-configuration',
  }),
  proxy({
    name: 'haproxy',
    title: 'HAProxy with the timeouts of Debian’s haproxy.cfg',
    timeoutS: 50,
    configurable: 'timeout client, timeout server, timeout tunnel',
    source: 'https://docs.haproxy.org/2.6/configuration.html#4-timeout%20client',
  }),
  proxy({
    name: 'nginx',
    title: 'nginx, HTTP keep-alive of clients',
    timeoutS: 75,
    configurable: 'keepalive_timeout',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_timeout',
  }),
  proxy({
    name: 'nginx-upstream',
    title: 'nginx, idle connections to upstreams',
    timeoutS: 60,
    configurable: 'keepalive_timeout of the upstream',
    source: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout',
  }),
  proxy({
    name: 'nginx-stream',
    title: 'nginx as a TCP proxy',
    timeoutS: 600,
    configurable: 'proxy_timeout',
    source: 'https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_timeout',
  }),
  proxy({
    name: 'envoy',
    title: 'Envoy and Istio, TCP proxy and HTTP without requests',
    timeoutS: 3600,
    configurable: 'idle_timeout of the TCP proxy, common_http_protocol_options.idle_timeout; Istio: tcp.idleTimeout',
    source: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts',
  }),
]

export const presetNamed = (name: string): Preset | undefined => presets.find(each => each.name === name)
