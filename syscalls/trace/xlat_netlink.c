/* xlat_netlink.c - names of the constants of netlink messages: their headers, links, addresses, routes, sockets. */
#include "xlat.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/smc_diag.h>
#include <linux/unix_diag.h>
#include <net/if_arp.h>
#include <netinet/ip.h>

/* ---- headers ---- */

/* What a bit above the common ones says depends on what is asked for. */
#define COMMON                                                                                               \
    X(NLM_F_REQUEST), X(NLM_F_MULTI), X(NLM_F_ACK), X(NLM_F_ECHO), X(NLM_F_DUMP_INTR), X(NLM_F_DUMP_FILTERED)
static const struct xlat flags[] = {COMMON, XEND};
static const struct xlat flags_ack[] = {COMMON, X(NLM_F_CAPPED), X(NLM_F_ACK_TLVS), XEND};
static const struct xlat flags_get[] = {COMMON,         X(NLM_F_DUMP),   X(NLM_F_ROOT),
                                        X(NLM_F_MATCH), X(NLM_F_ATOMIC), XEND};
static const struct xlat flags_new[] = {COMMON,          X(NLM_F_REPLACE), X(NLM_F_EXCL),
                                        X(NLM_F_CREATE), X(NLM_F_APPEND),  XEND};
static const struct xlat flags_delete[] = {COMMON, X(NLM_F_NONREC), {"NLM_F_BULK", 0x200, 0}, XEND};
static const struct xlat attr_nested[] = {X(NLA_F_NESTED), XEND};
static const struct xlat attr_order[] = {X(NLA_F_NET_BYTEORDER), XEND};

/* ---- links ---- */

static const struct xlat hardware[] = {X(ARPHRD_NETROM),
                                       X(ARPHRD_ETHER),
                                       X(ARPHRD_EETHER),
                                       X(ARPHRD_AX25),
                                       X(ARPHRD_PRONET),
                                       X(ARPHRD_CHAOS),
                                       X(ARPHRD_IEEE802),
                                       X(ARPHRD_ARCNET),
                                       X(ARPHRD_APPLETLK),
                                       X(ARPHRD_DLCI),
                                       X(ARPHRD_ATM),
                                       X(ARPHRD_METRICOM),
                                       X(ARPHRD_IEEE1394),
                                       X(ARPHRD_EUI64),
                                       X(ARPHRD_INFINIBAND),
                                       X(ARPHRD_SLIP),
                                       X(ARPHRD_CSLIP),
                                       X(ARPHRD_SLIP6),
                                       X(ARPHRD_CSLIP6),
                                       X(ARPHRD_RSRVD),
                                       X(ARPHRD_ADAPT),
                                       X(ARPHRD_ROSE),
                                       X(ARPHRD_X25),
                                       X(ARPHRD_HWX25),
                                       {"ARPHRD_CAN", 280, 0},
                                       {"ARPHRD_MCTP", 290, 0},
                                       X(ARPHRD_PPP),
                                       X(ARPHRD_CISCO),
                                       X(ARPHRD_LAPB),
                                       X(ARPHRD_DDCMP),
                                       X(ARPHRD_RAWHDLC),
                                       {"ARPHRD_RAWIP", 519, 0},
                                       X(ARPHRD_TUNNEL),
                                       X(ARPHRD_TUNNEL6),
                                       X(ARPHRD_FRAD),
                                       X(ARPHRD_SKIP),
                                       X(ARPHRD_LOOPBACK),
                                       X(ARPHRD_LOCALTLK),
                                       X(ARPHRD_FDDI),
                                       X(ARPHRD_BIF),
                                       X(ARPHRD_SIT),
                                       X(ARPHRD_IPDDP),
                                       X(ARPHRD_IPGRE),
                                       X(ARPHRD_PIMREG),
                                       X(ARPHRD_HIPPI),
                                       X(ARPHRD_ASH),
                                       X(ARPHRD_ECONET),
                                       X(ARPHRD_IRDA),
                                       X(ARPHRD_FCPP),
                                       X(ARPHRD_FCAL),
                                       X(ARPHRD_FCPL),
                                       X(ARPHRD_FCFABRIC),
                                       X(ARPHRD_IEEE802_TR),
                                       X(ARPHRD_IEEE80211),
                                       X(ARPHRD_IEEE80211_PRISM),
                                       X(ARPHRD_IEEE80211_RADIOTAP),
                                       X(ARPHRD_IEEE802154),
                                       {"ARPHRD_IEEE802154_MONITOR", 805, 0},
                                       {"ARPHRD_PHONET", 820, 0},
                                       {"ARPHRD_PHONET_PIPE", 821, 0},
                                       {"ARPHRD_CAIF", 822, 0},
                                       {"ARPHRD_IP6GRE", 823, 0},
                                       {"ARPHRD_NETLINK", 824, 0},
                                       {"ARPHRD_6LOWPAN", 825, 0},
                                       {"ARPHRD_VSOCKMON", 826, 0},
                                       X(ARPHRD_NONE),
                                       X(ARPHRD_VOID),
                                       XEND};
static const struct xlat interface_flags[] = {{"IFF_UP", 1, 0},
                                              {"IFF_BROADCAST", 2, 0},
                                              {"IFF_DEBUG", 4, 0},
                                              {"IFF_LOOPBACK", 8, 0},
                                              {"IFF_POINTOPOINT", 0x10, 0},
                                              {"IFF_NOTRAILERS", 0x20, 0},
                                              {"IFF_RUNNING", 0x40, 0},
                                              {"IFF_NOARP", 0x80, 0},
                                              {"IFF_PROMISC", 0x100, 0},
                                              {"IFF_ALLMULTI", 0x200, 0},
                                              {"IFF_MASTER", 0x400, 0},
                                              {"IFF_SLAVE", 0x800, 0},
                                              {"IFF_MULTICAST", 0x1000, 0},
                                              {"IFF_PORTSEL", 0x2000, 0},
                                              {"IFF_AUTOMEDIA", 0x4000, 0},
                                              {"IFF_DYNAMIC", 0x8000, 0},
                                              {"IFF_LOWER_UP", 0x10000, 0},
                                              {"IFF_DORMANT", 0x20000, 0},
                                              {"IFF_ECHO", 0x40000, 0},
                                              XEND};
static const struct xlat link_filter[] = {X(RTEXT_FILTER_VF),
                                          X(RTEXT_FILTER_BRVLAN),
                                          X(RTEXT_FILTER_BRVLAN_COMPRESSED),
                                          X(RTEXT_FILTER_SKIP_STATS),
                                          X(RTEXT_FILTER_MRP),
                                          X(RTEXT_FILTER_CFM_CONFIG),
                                          X(RTEXT_FILTER_CFM_STATUS),
                                          XEND};

/* ---- addresses, routes, rules ---- */

static const struct xlat address_flags[] = {X(IFA_F_SECONDARY),
                                            X(IFA_F_NODAD),
                                            X(IFA_F_OPTIMISTIC),
                                            X(IFA_F_DADFAILED),
                                            X(IFA_F_HOMEADDRESS),
                                            X(IFA_F_DEPRECATED),
                                            X(IFA_F_TENTATIVE),
                                            X(IFA_F_PERMANENT),
                                            X(IFA_F_MANAGETEMPADDR),
                                            X(IFA_F_NOPREFIXROUTE),
                                            X(IFA_F_MCAUTOJOIN),
                                            X(IFA_F_STABLE_PRIVACY),
                                            XEND};
static const struct xlat scopes[] = {X(RT_SCOPE_UNIVERSE), X(RT_SCOPE_SITE),    X(RT_SCOPE_LINK),
                                     X(RT_SCOPE_HOST),     X(RT_SCOPE_NOWHERE), XEND};
static const struct xlat route_tables[] = {X(RT_TABLE_UNSPEC), X(RT_TABLE_COMPAT), X(RT_TABLE_DEFAULT),
                                           X(RT_TABLE_MAIN),   X(RT_TABLE_LOCAL),  XEND};
static const struct xlat services[] = {X(IPTOS_LOWDELAY), X(IPTOS_THROUGHPUT), X(IPTOS_RELIABILITY),
                                       X(IPTOS_MINCOST), XEND};
static const struct xlat route_protocols[] = {
    X(RTPROT_UNSPEC), X(RTPROT_REDIRECT), X(RTPROT_KERNEL),   X(RTPROT_BOOT),
    X(RTPROT_STATIC), X(RTPROT_GATED),    X(RTPROT_RA),       X(RTPROT_MRT),
    X(RTPROT_ZEBRA),  X(RTPROT_BIRD),     X(RTPROT_DNROUTED), X(RTPROT_XORP),
    X(RTPROT_NTK),    X(RTPROT_DHCP),     X(RTPROT_MROUTED),  X(RTPROT_KEEPALIVED),
    X(RTPROT_BABEL),  X(RTPROT_OPENR),    X(RTPROT_BGP),      X(RTPROT_ISIS),
    X(RTPROT_OSPF),   X(RTPROT_RIP),      X(RTPROT_EIGRP),    XEND};
static const struct xlat route_types[] = {X(RTN_UNSPEC),
                                          X(RTN_UNICAST),
                                          X(RTN_LOCAL),
                                          X(RTN_BROADCAST),
                                          X(RTN_ANYCAST),
                                          X(RTN_MULTICAST),
                                          X(RTN_BLACKHOLE),
                                          X(RTN_UNREACHABLE),
                                          X(RTN_PROHIBIT),
                                          X(RTN_THROW),
                                          X(RTN_NAT),
                                          X(RTN_XRESOLVE),
                                          XEND};
static const struct xlat route_flags[] = {X(RTM_F_NOTIFY),
                                          X(RTM_F_CLONED),
                                          X(RTM_F_EQUALIZE),
                                          X(RTM_F_PREFIX),
                                          X(RTM_F_LOOKUP_TABLE),
                                          X(RTM_F_FIB_MATCH),
                                          X(RTM_F_OFFLOAD),
                                          X(RTM_F_TRAP),
                                          {"RTM_F_OFFLOAD_FAILED", 0x20000000, 0},
                                          XEND};
static const struct xlat hop_flags[] = {
    X(RTNH_F_DEAD),     X(RTNH_F_PERVASIVE),  X(RTNH_F_ONLINK), X(RTNH_F_OFFLOAD),
    X(RTNH_F_LINKDOWN), X(RTNH_F_UNRESOLVED), X(RTNH_F_TRAP),   XEND};
static const struct xlat rule_actions[] = {
    X(FR_ACT_UNSPEC), X(FR_ACT_TO_TBL),    X(FR_ACT_GOTO),        X(FR_ACT_NOP),      X(FR_ACT_RES3),
    X(FR_ACT_RES4),   X(FR_ACT_BLACKHOLE), X(FR_ACT_UNREACHABLE), X(FR_ACT_PROHIBIT), XEND};
static const struct xlat rule_flags[] = {X(FIB_RULE_PERMANENT),
                                         X(FIB_RULE_INVERT),
                                         X(FIB_RULE_UNRESOLVED),
                                         X(FIB_RULE_IIF_DETACHED),
                                         X(FIB_RULE_OIF_DETACHED),
                                         X(FIB_RULE_FIND_SADDR),
                                         XEND};

/* ---- neighbours ---- */

static const struct xlat neighbour_states[] = {XM(NUD_NONE, UINT64_MAX),
                                               X(NUD_INCOMPLETE),
                                               X(NUD_REACHABLE),
                                               X(NUD_STALE),
                                               X(NUD_DELAY),
                                               X(NUD_PROBE),
                                               X(NUD_FAILED),
                                               X(NUD_NOARP),
                                               X(NUD_PERMANENT),
                                               XEND};
static const struct xlat neighbour_flags[] = {X(NTF_USE),    X(NTF_SELF),        X(NTF_MASTER),
                                              X(NTF_PROXY),  X(NTF_EXT_LEARNED), X(NTF_OFFLOADED),
                                              X(NTF_STICKY), X(NTF_ROUTER),      XEND};

/* ---- sockets ---- */

/* States by number, and as bits of what is asked for. */
#define STATES(S)                                                                                            \
    S(TCP_ESTABLISHED, 1), S(TCP_SYN_SENT, 2), S(TCP_SYN_RECV, 3), S(TCP_FIN_WAIT1, 4), S(TCP_FIN_WAIT2, 5), \
        S(TCP_TIME_WAIT, 6), S(TCP_CLOSE, 7), S(TCP_CLOSE_WAIT, 8), S(TCP_LAST_ACK, 9), S(TCP_LISTEN, 10),   \
        S(TCP_CLOSING, 11), S(TCP_NEW_SYN_RECV, 12), S(TCP_BOUND_INACTIVE, 13)
#define NUMBER(name, n)                                                                                      \
    {                                                                                                        \
#name, n, 0                                                                                          \
    }
#define BIT_OF(name, n)                                                                                      \
    {                                                                                                        \
        "1<<" #name, 1u << (n), 0                                                                            \
    }
/* The bit of an attribute that may be left out. */
#define WANT(name)                                                                                           \
    {                                                                                                        \
        "1<<(" #name "-1)", 1u << ((name)-1), 0                                                              \
    }
static const struct xlat states[] = {STATES(NUMBER), XEND};
static const struct xlat state_bits[] = {STATES(BIT_OF), XEND};
static const struct xlat inet_wants[] = {
    WANT(INET_DIAG_MEMINFO),   WANT(INET_DIAG_INFO),     WANT(INET_DIAG_VEGASINFO), WANT(INET_DIAG_CONG),
    WANT(INET_DIAG_TOS),       WANT(INET_DIAG_TCLASS),   WANT(INET_DIAG_SKMEMINFO), WANT(INET_DIAG_SHUTDOWN),
    WANT(INET_DIAG_DCTCPINFO), WANT(INET_DIAG_PROTOCOL), WANT(INET_DIAG_SKV6ONLY),  XEND};
static const struct xlat smc_wants[] = {WANT(SMC_DIAG_CONNINFO), WANT(SMC_DIAG_LGRINFO), XEND};
static const struct xlat unix_show[] = {
    X(UDIAG_SHOW_NAME),  X(UDIAG_SHOW_VFS),     X(UDIAG_SHOW_PEER),          X(UDIAG_SHOW_ICONS),
    X(UDIAG_SHOW_RQLEN), X(UDIAG_SHOW_MEMINFO), {"UDIAG_SHOW_UID", 0x40, 0}, XEND};
static const struct xlat netlink_show[] = {X(NDIAG_SHOW_MEMINFO), X(NDIAG_SHOW_GROUPS),
                                           X(NDIAG_SHOW_RING_CFG), X(NDIAG_SHOW_FLAGS), XEND};
static const struct xlat packet_show[] = {X(PACKET_SHOW_INFO),
                                          X(PACKET_SHOW_MCLIST),
                                          X(PACKET_SHOW_RING_CFG),
                                          X(PACKET_SHOW_FANOUT),
                                          X(PACKET_SHOW_MEMINFO),
                                          X(PACKET_SHOW_FILTER),
                                          XEND};
static const struct xlat shutdown_bits[] = {{"RCV_SHUTDOWN", 1, 0}, {"SEND_SHUTDOWN", 2, 0}, XEND};

const struct xlat_table xlat_netlink[] = {{"nlmsg", flags, "NLM_F_???"},
                                          {"nlmsg_ack", flags_ack, "NLM_F_???"},
                                          {"nlmsg_get", flags_get, "NLM_F_???"},
                                          {"nlmsg_new", flags_new, "NLM_F_???"},
                                          {"nlmsg_delete", flags_delete, "NLM_F_???"},
                                          {"nla_nested", attr_nested},
                                          {"nla_order", attr_order},
                                          {"hardware", hardware, "ARPHRD_???"},
                                          {"interface_flags", interface_flags, "IFF_???"},
                                          {"link_filter", link_filter, "RTEXT_FILTER_???"},
                                          {"address_flags", address_flags, "IFA_F_???"},
                                          {"route_scope", scopes, ""},
                                          {"route_table", route_tables, ""},
                                          {"rule_table", route_tables, "RT_TABLE_???"},
                                          {"service", services, "IPTOS_TOS_???"},
                                          {"route_protocol", route_protocols, "RTPROT_???"},
                                          {"route_type", route_types, "RTN_???"},
                                          {"route_flags", route_flags, "RTM_F_???"},
                                          {"hop_flags", hop_flags, "RTNH_F_???"},
                                          {"rule_action", rule_actions, "FR_ACT_???"},
                                          {"rule_flags", rule_flags, "FIB_RULE_???"},
                                          {"neighbour_state", neighbour_states, "NUD_???"},
                                          {"neighbour_flags", neighbour_flags, "NTF_???"},
                                          {"sock_state", states, "TCP_???"},
                                          {"sock_states", state_bits, "1<<TCP_???"},
                                          {"inet_wants", inet_wants, "1<<INET_DIAG_?\?\?-1"},
                                          {"smc_wants", smc_wants, "1<<SMC_DIAG_?\?\?-1"},
                                          {"unix_show", unix_show, "UDIAG_SHOW_???"},
                                          {"netlink_show", netlink_show, "NDIAG_SHOW_???"},
                                          {"packet_show", packet_show, "PACKET_SHOW_???"},
                                          {"shutdown_bits", shutdown_bits, "???_SHUTDOWN"},
                                          {0, 0, 0}};
