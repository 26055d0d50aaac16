/* xlat_socket.c - names of the constants of sockets. */
#include "xlat.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

static const struct xlat af[] = {
    X(AF_UNSPEC),     X(AF_UNIX),      X(AF_INET),     X(AF_AX25),         X(AF_IPX),     X(AF_APPLETALK),
    X(AF_NETROM),     X(AF_BRIDGE),    X(AF_ATMPVC),   X(AF_X25),          X(AF_INET6),   X(AF_ROSE),
    X(AF_DECnet),     X(AF_NETBEUI),   X(AF_SECURITY), X(AF_KEY),          X(AF_NETLINK), X(AF_PACKET),
    X(AF_ASH),        X(AF_ECONET),    X(AF_ATMSVC),   X(AF_RDS),          X(AF_SNA),     X(AF_IRDA),
    X(AF_PPPOX),      X(AF_WANPIPE),   X(AF_LLC),      X(AF_IB),           X(AF_MPLS),    X(AF_CAN),
    X(AF_TIPC),       X(AF_BLUETOOTH), X(AF_IUCV),     X(AF_RXRPC),        X(AF_ISDN),    X(AF_PHONET),
    X(AF_IEEE802154), X(AF_CAIF),      X(AF_ALG),      X(AF_NFC),          X(AF_VSOCK),   X(AF_KCM),
    X(AF_QIPCRTR),    X(AF_SMC),       X(AF_XDP),      {"AF_MCTP", 45, 0}, XEND};
static const struct xlat sock_type[] = {X(SOCK_STREAM),    X(SOCK_DGRAM), X(SOCK_RAW),    X(SOCK_RDM),
                                        X(SOCK_SEQPACKET), X(SOCK_DCCP),  X(SOCK_PACKET), XEND};
static const struct xlat sock_flags[] = {X(SOCK_CLOEXEC), X(SOCK_NONBLOCK), XEND};
static const struct xlat ip_protocols[] = {
    X(IPPROTO_IP),      X(IPPROTO_ICMP),          X(IPPROTO_IGMP),    X(IPPROTO_IPIP),     X(IPPROTO_TCP),
    X(IPPROTO_EGP),     X(IPPROTO_PUP),           X(IPPROTO_UDP),     X(IPPROTO_IDP),      X(IPPROTO_TP),
    X(IPPROTO_DCCP),    X(IPPROTO_IPV6),          X(IPPROTO_ROUTING), X(IPPROTO_FRAGMENT), X(IPPROTO_RSVP),
    X(IPPROTO_GRE),     X(IPPROTO_ESP),           X(IPPROTO_AH),      X(IPPROTO_ICMPV6),   X(IPPROTO_NONE),
    X(IPPROTO_DSTOPTS), X(IPPROTO_MTP),           X(IPPROTO_BEETPH),  X(IPPROTO_ENCAP),    X(IPPROTO_PIM),
    X(IPPROTO_COMP),    {"IPPROTO_L2TP", 115, 0}, X(IPPROTO_SCTP),    X(IPPROTO_MH),       X(IPPROTO_UDPLITE),
    X(IPPROTO_MPLS),    X(IPPROTO_ETHERNET),      X(IPPROTO_RAW),     X(IPPROTO_MPTCP),    XEND};
static const struct xlat netlink_protocols[] = {X(NETLINK_ROUTE),
                                                X(NETLINK_UNUSED),
                                                X(NETLINK_USERSOCK),
                                                X(NETLINK_FIREWALL),
                                                X(NETLINK_SOCK_DIAG),
                                                X(NETLINK_NFLOG),
                                                X(NETLINK_XFRM),
                                                X(NETLINK_SELINUX),
                                                X(NETLINK_ISCSI),
                                                X(NETLINK_AUDIT),
                                                X(NETLINK_FIB_LOOKUP),
                                                X(NETLINK_CONNECTOR),
                                                X(NETLINK_NETFILTER),
                                                X(NETLINK_IP6_FW),
                                                X(NETLINK_DNRTMSG),
                                                X(NETLINK_KOBJECT_UEVENT),
                                                X(NETLINK_GENERIC),
                                                X(NETLINK_SCSITRANSPORT),
                                                X(NETLINK_ECRYPTFS),
                                                X(NETLINK_RDMA),
                                                X(NETLINK_CRYPTO),
                                                X(NETLINK_SMC),
                                                XEND};
/* The names of headers where these are enumerations, and of some only the kernel uses. */
static const struct xlat msg_flags[] = {X(MSG_OOB),
                                        X(MSG_PEEK),
                                        X(MSG_DONTROUTE),
                                        X(MSG_CTRUNC),
                                        {"MSG_PROBE", 0x10, 0},
                                        X(MSG_TRUNC),
                                        X(MSG_DONTWAIT),
                                        X(MSG_EOR),
                                        X(MSG_WAITALL),
                                        X(MSG_FIN),
                                        X(MSG_SYN),
                                        X(MSG_CONFIRM),
                                        X(MSG_RST),
                                        X(MSG_ERRQUEUE),
                                        X(MSG_NOSIGNAL),
                                        X(MSG_MORE),
                                        X(MSG_WAITFORONE),
                                        {"MSG_SENDPAGE_NOTLAST", 0x20000, 0},
                                        X(MSG_BATCH),
                                        {"MSG_NO_SHARED_FRAGS", 0x80000, 0},
                                        {"MSG_SOCK_DEVMEM", 0x2000000, 0},
                                        X(MSG_ZEROCOPY),
                                        X(MSG_FASTOPEN),
                                        X(MSG_CMSG_CLOEXEC),
                                        {"MSG_CMSG_COMPAT", 0x80000000, 0},
                                        XEND};
/* SCM_* and what else comes as a control message of SOL_SOCKET. */
static const struct xlat scm_types[] = {X(SCM_RIGHTS),
                                        X(SCM_CREDENTIALS),
                                        {"SCM_SECURITY", 3, 0},
                                        {"SCM_PIDFD", 4, 0},
                                        {"SO_TIMESTAMP_OLD", 29, 0},
                                        {"SO_TIMESTAMPNS_OLD", 35, 0},
                                        {"SO_TIMESTAMPING_OLD", 37, 0},
                                        X(SO_WIFI_STATUS),
                                        {"SCM_TIMESTAMPING_OPT_STATS", 54, 0},
                                        {"SCM_TIMESTAMPING_PKTINFO", 58, 0},
                                        X(SO_TXTIME),
                                        {"SO_TIMESTAMP_NEW", 63, 0},
                                        {"SO_TIMESTAMPNS_NEW", 64, 0},
                                        {"SO_TIMESTAMPING_NEW", 65, 0},
                                        {"SCM_DEVMEM_LINEAR", 78, 0},
                                        {"SCM_DEVMEM_DMABUF", 79, 0},
                                        {"SO_DEVMEM_DONTNEED", 80, 0},
                                        {"SCM_TS_OPT_ID", 81, 0},
                                        XEND};
static const struct xlat ip_cmsg_types[] = {
    X(IP_TOS),     X(IP_TTL),     {"SCM_SECURITY", 3, 0}, X(IP_RECVOPTS), X(IP_RETOPTS),
    X(IP_PKTINFO), X(IP_RECVERR), X(IP_ORIGDSTADDR),      X(IP_CHECKSUM), XEND};
static const struct xlat shutdown_how[] = {X(SHUT_RD), X(SHUT_WR), X(SHUT_RDWR), XEND};
static const struct xlat sol[] = {
    {"SOL_IP", 0, 0},          {"SOL_SOCKET", 1, 0},     {"SOL_TCP", 6, 0},
    {"SOL_UDP", 17, 0},        {"SOL_IPV6", 41, 0},      {"SOL_ICMPV6", 58, 0},
    {"AF_VSOCK", 40, 0},       {"SOL_CAN_BASE", 100, 0}, {"SOL_CAN_RAW", 101, 0},
    {"SOL_SCTP", 132, 0},      {"SOL_UDPLITE", 136, 0},  {"SOL_RAW", 255, 0},
    {"SOL_IPX", 256, 0},       {"SOL_AX25", 257, 0},     {"SOL_ATALK", 258, 0},
    {"SOL_NETROM", 259, 0},    {"SOL_ROSE", 260, 0},     {"SOL_DECNET", 261, 0},
    {"SOL_X25", 262, 0},       {"SOL_PACKET", 263, 0},   {"SOL_ATM", 264, 0},
    {"SOL_AAL", 265, 0},       {"SOL_IRDA", 266, 0},     {"SOL_NETBEUI", 267, 0},
    {"SOL_LLC", 268, 0},       {"SOL_DCCP", 269, 0},     {"SOL_NETLINK", 270, 0},
    {"SOL_TIPC", 271, 0},      {"SOL_RXRPC", 272, 0},    {"SOL_PPPOL2TP", 273, 0},
    {"SOL_BLUETOOTH", 274, 0}, {"SOL_PNPIPE", 275, 0},   {"SOL_RDS", 276, 0},
    {"SOL_IUCV", 277, 0},      {"SOL_CAIF", 278, 0},     {"SOL_ALG", 279, 0},
    {"SOL_NFC", 280, 0},       {"SOL_KCM", 281, 0},      {"SOL_TLS", 282, 0},
    {"SOL_XDP", 283, 0},       {"SOL_MPTCP", 284, 0},    {"SOL_MCTP", 285, 0},
    {"SOL_SMC", 286, 0},       {"SOL_VSOCK", 287, 0},    XEND};

const struct xlat_table xlat_socket[] = {{"af", af, "AF_???"},
                                         {"sock_type", sock_type, "SOCK_???"},
                                         {"sock_flags", sock_flags, "SOCK_???"},
                                         {"ip_protocol", ip_protocols, "IPPROTO_???"},
                                         {"netlink_protocol", netlink_protocols, "NETLINK_???"},
                                         {"msg", msg_flags, "MSG_???"},
                                         {"scm", scm_types, "SCM_???"},
                                         {"shutdown", shutdown_how, "SHUT_???"},
                                         {"sol", sol, "SOL_???"},
                                         {"sol_option", sol, "SOL_??"}, /* as strace has it */
                                         {"ip_cmsg", ip_cmsg_types, "IP_???"},
                                         {0, 0, 0}};
