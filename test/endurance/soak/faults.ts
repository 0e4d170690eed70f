import { setTimeout as sleep } from 'node:timers/promises'

/** What faults may do to whoever is soaked. */
export interface Stage {
  readonly servers: readonly string[]
  /** Runs a command to its end; rejects when it fails. */
  run(command: string, ...words: readonly string[]): Promise<void>
  /** Tells the client: `step MS` its wall clock, `stall MS`. */
  tell(line: string): Promise<unknown>
  readonly clientPid: number
  stop(server: string): Promise<void>
  kill(server: string): Promise<void>
  start(server: string): Promise<void>
  /** Starts it with too little memory, and resolves when the kernel has ended it. */
  starve(server: string): Promise<void>
  /** Puts kube-proxy's rules there, or takes them away. */
  rules(there: boolean): Promise<void>
  /** A folder on the disk of the journal, which is small. */
  readonly disk: string
  readonly random: () => number
}

/** One thing that goes wrong, and is over when it resolves. */
export interface Fault {
  readonly name: string
  /** Verdicts that may be told of it, beside what is planned; none of them has to be. */
  readonly may: readonly string[]
  work(stage: Stage): Promise<void>
}

const one = ({ servers, random }: Stage): string => servers[Math.floor(random() * servers.length)] ?? ''

/** Rules of the firewall for a while, on the way to one server and from it. */
async function filtered(stage: Stage, seconds: number, rules: (server: string) => readonly string[]): Promise<void> {
  const server = one(stage)
  await stage.run('nft', 'add table ip soak; add chain ip soak out { type filter hook output priority 0; }')
  try {
    for (const rule of rules(server)) await stage.run('nft', `add rule ip soak out ${rule}`)
    await sleep(seconds * 1000)
  } finally {
    await stage.run('nft', 'delete table ip soak')
  }
}

/** What may be told of a server that is gone for a while. */
const serverGone = ['peer-died', 'ended', 'dead-endpoint', 'dead-backend', 'stale-flow', 'unexplained']

export const faults: readonly Fault[] = [
  {
    name: 'resets',
    may: ['unexplained', 'midstream-drop', 'forgotten-flow', 'dead-endpoint', 'dead-backend', 'silent-path'],
    work: stage => filtered(stage, 4, server => [`ip daddr ${server} tcp dport { 7000, 7001 } reject with tcp reset`]),
  },
  {
    name: 'black hole',
    may: [
      'black-hole',
      'dead-endpoint',
      'dead-backend',
      'stale-flow',
      'silent-path',
      'packet-loss',
      'peer-died',
      'ended',
      'unexplained',
    ],
    work: stage => filtered(stage, 6, server => [`ip daddr ${server} drop`, `ip saddr ${server} drop`]),
  },
  {
    name: 'server restarted',
    may: [],
    async work(stage) {
      const server = one(stage)
      await stage.stop(server)
      await stage.start(server)
    },
  },
  {
    name: 'server killed',
    may: serverGone,
    async work(stage) {
      const server = one(stage)
      await stage.kill(server)
      await sleep(2000)
      await stage.start(server)
    },
  },
  {
    name: 'memory limit',
    may: serverGone,
    async work(stage) {
      const server = one(stage)
      await stage.stop(server)
      await stage.starve(server)
      await stage.start(server)
    },
  },
  {
    name: 'rules gone',
    may: ['rules-missing', 'no-endpoints', 'dead-backend', 'lost-nat', 'unexplained'],
    async work(stage) {
      await stage.rules(false)
      await sleep(4000)
      await stage.rules(true)
    },
  },
  {
    name: 'clock stepped',
    may: ['starved'],
    work: async ({ tell, random }) => void (await tell(`step ${random() < 0.5 ? 86_400_000 : -86_400_000}`)),
  },
  { name: 'stall', may: ['starved'], work: async ({ tell }) => void (await tell('stall 1500')) },
  {
    name: 'stopped by others',
    may: ['starved', 'unexplained', 'silent-path', 'black-hole'],
    async work({ run, clientPid }) {
      await run('kill', '-STOP', `${clientPid}`)
      await sleep(3000)
      await run('kill', '-CONT', `${clientPid}`)
    },
  },
  {
    name: 'full disk',
    may: [],
    async work({ run, disk }) {
      await run('sh', '-c', `cat /dev/zero > ${disk}/full 2>/dev/null || true`)
      await sleep(5000)
      await run('rm', `${disk}/full`)
    },
  },
  {
    name: 'no descriptors',
    may: ['starved', 'ourselves', 'peer-died', 'ended', 'dead-endpoint', 'dead-backend', 'unexplained'],
    async work(stage) {
      const pid = `${stage.clientPid}`
      const server = one(stage)
      await stage.run('prlimit', '--pid', pid, '--nofile=256:20000')
      await stage.kill(server)
      await stage.start(server)
      await sleep(4000)
      await stage.run('prlimit', '--pid', pid, '--nofile=20000:20000')
    },
  },
]
