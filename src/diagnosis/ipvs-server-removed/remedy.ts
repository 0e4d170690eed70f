export const remedy = (isReset: boolean, called: string): readonly string[] => [
  '# See where the service leads, and who keeps it so (kube-proxy, kube-router, keepalived):',
  `ipvsadm -ln -t ${called}`,
  ...(isReset
    ? [
        '# A server that leaves should stay with weight 0 until its connections are gone (kube-proxy does so), and say goodbye:',
        `ipvsadm -e -t ${called} -r SERVER_IP:PORT -m -w 0`,
      ]
    : [
        '# Let IPVS end connections whose server was deleted, as kube-proxy sets it, so that clients learn of it at once:',
        'sysctl -w net.ipv4.vs.expire_nodest_conn=1',
      ]),
]
