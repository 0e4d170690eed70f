import { pingNotes, pingsOf } from './grpc.ts'
import { defineTarget } from './target.ts'

export const grpcJava = defineTarget({
  name: 'grpc-java',
  title: 'gRPC in Java',
  language: 'java',
  text: wanted => {
    const { everyS, timeoutS, allowedS } = pingsOf(wanted)
    return `import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.util.concurrent.TimeUnit;

final class Pings {
    static NettyChannelBuilder client(String target) {
        return NettyChannelBuilder.forTarget(target)
            .keepAliveTime(${everyS}, TimeUnit.SECONDS)
            .keepAliveTimeout(${timeoutS}, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true);
    }

    static NettyServerBuilder server(int port) {
        return NettyServerBuilder.forPort(port)
            .permitKeepAliveTime(${allowedS}, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    }
}
`
  },
  notes: pingNotes,
})
