import { defineTarget } from './target.ts'

/** HikariCP refuses less. */
const leastHikariS = 30

/** What JDBC drivers and their pools take: on or off, and the kernel's times. */
export const jdbc = defineTarget({
  name: 'jdbc',
  title: 'JDBC (PostgreSQL, MySQL) and HikariCP',
  language: 'properties',
  text: ({ setting: { idleS } }) => `# the driver turns keepalive on; MySQL: jdbc:mysql://db:3306/app?tcpKeepAlive=true
jdbcUrl=jdbc:postgresql://db:5432/app?tcpKeepAlive=true
# HikariCP asks idle connections itself, ms: that passes proxies, too
keepaliveTime=${Math.max(leastHikariS, idleS) * 1000}
`,
  notes: ({ setting: { idleS, userTimeoutMs } }) => [
    'Neither driver takes times: those are the kernel’s, so set the sysctls of the pod or host as well (--for kubernetes, sysctl).',
    ...(idleS < leastHikariS
      ? [`HikariCP takes ${leastHikariS} s at the least, and ${idleS} s are needed: rely on the sysctls.`]
      : []),
    `A query into a dead connection waits for tcp_retries2; socketTimeout bounds it (PostgreSQL s, MySQL ms), and any query that takes longer than that with it. At least ${Math.ceil(userTimeoutMs / 1000)} s.`,
  ],
})
