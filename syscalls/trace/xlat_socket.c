/* xlat_socket.c - names of the constants of sockets. */
#include "xlat.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

static const struct xlat af[] = {X(AF_UNSPEC),  X(AF_UNIX),   X(AF_INET), X(AF_INET6),
                                 X(AF_NETLINK), X(AF_PACKET), XEND};
static const struct xlat sock_type[] = {
    XM(SOCK_STREAM, 15),    XM(SOCK_DGRAM, 15), XM(SOCK_RAW, 15), XM(SOCK_RDM, 15),
    XM(SOCK_SEQPACKET, 15), X(SOCK_CLOEXEC),    X(SOCK_NONBLOCK), XEND};
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
                                        X(MSG_BATCH),
                                        X(MSG_ZEROCOPY),
                                        X(MSG_FASTOPEN),
                                        X(MSG_CMSG_CLOEXEC),
                                        XEND};
static const struct xlat scm_types[] = {X(SCM_RIGHTS), X(SCM_CREDENTIALS), {"SCM_SECURITY", 3, 0}, XEND};
static const struct xlat shutdown_how[] = {X(SHUT_RD), X(SHUT_WR), X(SHUT_RDWR), XEND};
static const struct xlat sol[] = {
    X(SOL_SOCKET), {"SOL_IP", 0, 0}, {"SOL_TCP", 6, 0}, {"SOL_IPV6", 41, 0}, XEND};
static const struct xlat sockopts[] = {X(SO_DEBUG),
                                       X(SO_REUSEADDR),
                                       X(SO_TYPE),
                                       X(SO_ERROR),
                                       X(SO_DONTROUTE),
                                       X(SO_BROADCAST),
                                       X(SO_SNDBUF),
                                       X(SO_RCVBUF),
                                       X(SO_KEEPALIVE),
                                       X(SO_PASSCRED),
                                       X(SO_PEERCRED),
                                       X(SO_RCVTIMEO),
                                       X(SO_SNDTIMEO),
                                       X(SO_ACCEPTCONN),
                                       X(SO_DOMAIN),
                                       X(SO_PROTOCOL),
                                       X(SO_REUSEPORT),
                                       X(SO_LINGER),
                                       XEND};

const struct xlat_table xlat_socket[] = {{"af", af, "AF_???"},
                                         {"sock_type", sock_type, "SOCK_???"},
                                         {"sock_flags", sock_flags, "SOCK_???"},
                                         {"ip_protocol", ip_protocols, "IPPROTO_???"},
                                         {"netlink_protocol", netlink_protocols, "NETLINK_???"},
                                         {"msg", msg_flags, "MSG_???"},
                                         {"scm", scm_types, "SCM_???"},
                                         {"shutdown", shutdown_how, "SHUT_???"},
                                         {"sol", sol, "SOL_???"},
                                         {"sockopt", sockopts, "SO_???"},
                                         {0, 0, 0}};
