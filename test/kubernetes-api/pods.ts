import { metadata, type Named, stamp, type Thing } from './thing.ts'

// As `kubectl get -o json` prints them, every field that a real one has: what is left out must be left out on purpose.

export interface PodState {
  readonly ip?: string
  readonly node?: string
  readonly uid?: string
  readonly ready?: boolean
  readonly readySince?: string
  readonly phase?: string
  readonly deletedAt?: string
  readonly restarts?: number
  readonly restartedAt?: string
  readonly lastEnd?: { readonly reason: string; readonly exitCode: number; readonly finishedAt: string }
}

export function pod(named: Required<Named>, state: PodState = {}): Thing {
  const { ip, node, ready = true, readySince = stamp, phase = 'Running', restarts = 0, lastEnd } = state
  const startedAt = state.restartedAt ?? stamp
  const status = (type: string, is: boolean) => ({
    type,
    status: is ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: type.includes('Ready') ? readySince : stamp,
  })
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: metadata(named, 'kubelet', {
      generateName: `${named.name}-`,
      labels: { 'app.kubernetes.io/name': named.name, 'pod-template-hash': '5d4f8c7b9' },
      ...(state.uid && { uid: state.uid }),
      ...(state.deletedAt && { deletionTimestamp: state.deletedAt, deletionGracePeriodSeconds: 30 }),
    }),
    spec: {
      containers: [{ name: 'server', image: 'longhold:0.1.0', resources: {}, imagePullPolicy: 'IfNotPresent' }],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      ...(node && { nodeName: node }),
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
    status: {
      phase,
      conditions: [
        status('PodReadyToStartContainers', true),
        status('Initialized', true),
        status('Ready', ready),
        status('ContainersReady', ready),
        status('PodScheduled', true),
      ],
      ...(node && { hostIP: '10.0.0.2', hostIPs: [{ ip: '10.0.0.2' }] }),
      ...(ip && { podIP: ip, podIPs: [{ ip }] }),
      startTime: stamp,
      containerStatuses: [
        {
          name: 'server',
          state: { running: { startedAt } },
          lastState: lastEnd ? { terminated: { ...lastEnd, startedAt: stamp, containerID: 'containerd://1' } } : {},
          ready,
          restartCount: restarts,
          image: 'longhold:0.1.0',
          imageID: 'longhold@sha256:0',
          containerID: 'containerd://2',
          started: true,
        },
      ],
      qosClass: 'Burstable',
    },
  }
}

export interface NodeState {
  readonly ready?: 'True' | 'False' | 'Unknown'
  readonly since?: string
  readonly cordoned?: boolean
}

export function node(name: string, ip: string, { ready = 'True', since = stamp, cordoned }: NodeState = {}): Thing {
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    lastHeartbeatTime: stamp,
    lastTransitionTime: type === 'Ready' ? since : stamp,
    reason,
    message: reason,
  })
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: metadata({ name }, 'kubelet', {
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    }),
    spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'], ...(cordoned && { unschedulable: true }) },
    status: {
      capacity: { cpu: '4', memory: '16Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '15Gi', pods: '110' },
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition('Ready', ready, ready === 'Unknown' ? 'NodeStatusUnknown' : 'KubeletReady'),
      ],
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo,
    },
  }
}

const nodeInfo = {
  machineID: 'ec2b1a7c0d5e4f0fa6f2c3f9d2f4c111',
  systemUUID: 'ec2b1a7c-0d5e-4f0f-a6f2-c3f9d2f4c111',
  bootID: '0b7f0a55-6a51-4a5e-8d0e-1d1c0b0a0f0e',
  kernelVersion: '6.1.0-40-cloud-amd64',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  containerRuntimeVersion: 'containerd://2.1.4',
  kubeletVersion: 'v1.34.1',
  kubeProxyVersion: '',
  operatingSystem: 'linux',
  architecture: 'amd64',
}
