import { pingNotes, pingsOf } from './grpc.ts'
import { defineTarget } from './target.ts'

export const grpcGo = defineTarget({
  name: 'grpc-go',
  title: 'gRPC in Go',
  language: 'go',
  text: wanted => {
    const { everyS, timeoutS, allowedS } = pingsOf(wanted)
    return `import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

var clientOption = grpc.WithKeepaliveParams(keepalive.ClientParameters{
	Time:                ${everyS} * time.Second,
	Timeout:             ${timeoutS} * time.Second,
	PermitWithoutStream: true,
})

var serverOption = grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
	MinTime:             ${allowedS} * time.Second,
	PermitWithoutStream: true,
})
`
  },
  notes: pingNotes,
})
