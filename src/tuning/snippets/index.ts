import { envoy } from './envoy.ts'
import { go } from './go.ts'
import { grpc } from './grpc.ts'
import { grpcGo } from './grpc-go.ts'
import { grpcJava } from './grpc-java.ts'
import { haproxy } from './haproxy.ts'
import { ioredis } from './ioredis.ts'
import { istio } from './istio.ts'
import { java } from './java.ts'
import { jdbc } from './jdbc.ts'
import { kubernetes } from './kubernetes.ts'
import { lettuce } from './lettuce.ts'
import { libpq } from './libpq.ts'
import { longhold } from './longhold.ts'
import { mysql } from './mysql.ts'
import { nginx } from './nginx.ts'
import { node } from './node.ts'
import { postgresql } from './postgresql.ts'
import { python } from './python.ts'
import { redis } from './redis.ts'
import { redisPy } from './redis-py.ts'
import { sysctl } from './sysctl.ts'
import type { Target } from './target.ts'

/** Everything that settings are printed for. To add one: write its file, then its line here. */
export const targets: readonly Target[] = [
  sysctl,
  kubernetes,
  node,
  go,
  java,
  jdbc,
  python,
  nginx,
  envoy,
  istio,
  haproxy,
  postgresql,
  libpq,
  mysql,
  redis,
  redisPy,
  ioredis,
  lettuce,
  grpc,
  grpcGo,
  grpcJava,
  longhold,
]
