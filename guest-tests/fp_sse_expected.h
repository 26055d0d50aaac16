/*
 * fp_sse_expected.h - what fp_sse.c's operations add up to on x86-64 hardware, in its order. Again with FP_PRINT=1
 * build/guest-tests/fp_sse on such a machine.
 */
#ifndef FP_SSE_EXPECTED_H
#define FP_SSE_EXPECTED_H

#include "fp.h"

static const struct fingerprint fp_sse_expected[] = {
    /* clang-format off */
    {0xa496701eea3d2c09, 0x7f149ab17cfd1d32}, /* addsd */
    {0x7880578cfa375632, 0x88c4b51465c5382d}, /* addpd */
    {0xe5ef9e5c7ce43635, 0xb9c9ae3815a2a68c}, /* addss */
    {0x217c90a38b231d41, 0x192a66e261aa7cb0}, /* addps */
    {0xd783b3c1b79f4d7c, 0x2ebc38ae9012b1f3}, /* subsd */
    {0xea79dd2449fc4b2e, 0xaafed85e440c72e3}, /* subpd */
    {0x802a8ee63db8773e, 0x070d221b082107f3}, /* subss */
    {0x686584b8ca4144ed, 0x8a0e022d660acbcd}, /* subps */
    {0x8230ef5cb3a6ebd8, 0x04828974a7749a0c}, /* mulsd */
    {0x9f83d5abadc68266, 0xcb46648e4b4bb6b3}, /* mulpd */
    {0x4c0bd3efcda3781f, 0x55fd75c4b1de8251}, /* mulss */
    {0x0605f3e98d9baab4, 0x24518de7d1823a97}, /* mulps */
    {0x85125b672d3b09d3, 0xafa98e61ba40c75d}, /* divsd */
    {0x29f60c3cb6e11488, 0x681d93e6f4e0bdad}, /* divpd */
    {0xe36728a17210837d, 0x7bc4f59a7330d516}, /* divss */
    {0x76ef2a4f7b335b2d, 0x2bac62f0eefdd48c}, /* divps */
    {0x0932e058519e03ef, 0xaa640c0e447b6221}, /* sqrtsd */
    {0x946451ad6710737a, 0x45479a2e5e45b020}, /* sqrtpd */
    {0xb6333a10ccd31056, 0x0d4b72e67cfc3a39}, /* sqrtss */
    {0x5303ef5f4225f34b, 0x762c992f3595c03b}, /* sqrtps */
    {0xc43c4be986469210, 0xffdc853b31ef5582}, /* minsd */
    {0xa4f3f65ba8e74e9a, 0xa18321e1a83d842e}, /* minpd */
    {0x57aa47f1e1321872, 0x529f444db66c83fd}, /* minss */
    {0xdaec36197884e3bd, 0xd8a556a06eafa856}, /* minps */
    {0x782a8dd557a64a34, 0xffdc853b31ef5582}, /* maxsd */
    {0xf62eb4be5c44df22, 0xa18321e1a83d842e}, /* maxpd */
    {0xb2ec08bda6c686f5, 0x529f444db66c83fd}, /* maxss */
    {0x37569361a29b0750, 0xd8a556a06eafa856}, /* maxps */
    {0xfad00816319725dc, 0xbf9a33fa0b465267}, /* cmpeqsd */
    {0x219b40ee1023c48d, 0xbf9a33fa0b465267}, /* cmpeqpd */
    {0x0fa3a09c421eeaab, 0x73df43e78f7e21cd}, /* cmpeqss */
    {0x5191346bd56c1e29, 0x367f8178106f4ccb}, /* cmpeqps */
    {0x1f177df5cb5d6666, 0xffdc853b31ef5582}, /* cmpltsd */
    {0x88a1368ff75e032e, 0xa18321e1a83d842e}, /* cmpltpd */
    {0xa2f36c1067623773, 0x529f444db66c83fd}, /* cmpltss */
    {0xe18fa1332d2931b1, 0xd8a556a06eafa856}, /* cmpltps */
    {0x96ec2f428d92a0ce, 0xffdc853b31ef5582}, /* cmplesd */
    {0x7c47b79db3fea834, 0xa18321e1a83d842e}, /* cmplepd */
    {0x6fcc30ca2a037636, 0x529f444db66c83fd}, /* cmpless */
    {0x05dbf80637693a00, 0xd8a556a06eafa856}, /* cmpleps */
    {0x26916c4814c3a5e6, 0xbf9a33fa0b465267}, /* cmpunordsd */
    {0x488a4c2989fc69a2, 0xbf9a33fa0b465267}, /* cmpunordpd */
    {0x915602a83d79e0a2, 0x73df43e78f7e21cd}, /* cmpunordss */
    {0xad8c5da63b92d08d, 0x367f8178106f4ccb}, /* cmpunordps */
    {0xaaea52e9ab4d3480, 0xbf9a33fa0b465267}, /* cmpneqsd */
    {0xe41cd44245c1a6ec, 0xbf9a33fa0b465267}, /* cmpneqpd */
    {0xb21a11f4f9f209a4, 0x73df43e78f7e21cd}, /* cmpneqss */
    {0x142ba26f7430198d, 0x367f8178106f4ccb}, /* cmpneqps */
    {0x6605dc856e2eb2f4, 0xffdc853b31ef5582}, /* cmpnltsd */
    {0x1012bca10453065c, 0xa18321e1a83d842e}, /* cmpnltpd */
    {0xb2cf039686e9a64b, 0x529f444db66c83fd}, /* cmpnltss */
    {0x7552b438db71d845, 0xd8a556a06eafa856}, /* cmpnltps */
    {0xffb87317db8edbde, 0xffdc853b31ef5582}, /* cmpnlesd */
    {0xf4ef3b142f7e9c2f, 0xa18321e1a83d842e}, /* cmpnlepd */
    {0xb89d561dad9f2ac8, 0x529f444db66c83fd}, /* cmpnless */
    {0x23e3c32ed353f0db, 0xd8a556a06eafa856}, /* cmpnleps */
    {0x44c99f54e8f71cd6, 0xbf9a33fa0b465267}, /* cmpordsd */
    {0x52ef66885359b9d6, 0xbf9a33fa0b465267}, /* cmpordpd */
    {0xd69196370acde48f, 0x73df43e78f7e21cd}, /* cmpordss */
    {0xdb5d7770ef62820d, 0x367f8178106f4ccb}, /* cmpordps */
    {0x72ce8fabb32b2926, 0xd576e0cf10b3f610}, /* cvtss2sd */
    {0xefa64e3b359940f8, 0x31aae2f069f9a862}, /* cvtsd2ss */
    {0x5eb9ebbe33031184, 0xfb9f20524adb3ca2}, /* cvtps2pd */
    {0x94f3407c194fa22a, 0xe7a1a6aae1672f0d}, /* cvtpd2ps */
    {0x260130e0940d2bc1, 0xb06fd2acae05ee2d}, /* cvtdq2ps */
    {0x6896c6a55baea797, 0xbf9a33fa0b465267}, /* cvtdq2pd */
    {0x9f2747fec23e0a7b, 0xd0937fab079afe71}, /* cvtps2dq */
    {0x85244b50b8eb8e31, 0xd0937fab079afe71}, /* cvttps2dq */
    {0x43068f2e76daf0c2, 0xf57b316883da407f}, /* cvtpd2dq */
    {0xc53d866fe62ada1b, 0x9589ddc2c1eec331}, /* cvttpd2dq */
    {0xbacb2e25de9d3aa4, 0xbf9a33fa0b465267}, /* ucomisd */
    {0xbacb2e25de9d3aa4, 0xffdc853b31ef5582}, /* comisd */
    {0x208b220500cf16ff, 0x73df43e78f7e21cd}, /* ucomiss */
    {0x208b220500cf16ff, 0x529f444db66c83fd}, /* comiss */
    {0x26cb265199a7742f, 0xfdc0a06897ac4925}, /* cvtsd2si */
    {0xd1eab85dc04a940c, 0x17e886fb3f681eb6}, /* cvtsd2sq */
    {0x6e9b8735af2bde8e, 0xadf310a50645b659}, /* cvttsd2si */
    {0xb458a98ce3492c62, 0x17e886fb3f681eb6}, /* cvttsd2sq */
    {0x60746dc6efceb1b4, 0xd7b0818a22d791de}, /* cvtss2si */
    {0x68377cfe93a21d1d, 0x93ee1eb02d3c89ea}, /* cvtss2sq */
    {0x07f6cdc35615ad54, 0xd7b0818a22d791de}, /* cvttss2si */
    {0xdc5fe4d8773332f8, 0x93ee1eb02d3c89ea}, /* cvttss2sq */
    {0xf55b855cd1569785, 0xbf9a33fa0b465267}, /* cvtsi2sd */
    {0x6b670a13377364eb, 0xf9d9c9e8b370f091}, /* cvtsq2sd */
    {0x5cb5ac95f580b87a, 0xd6abb4eedb916f5f}, /* cvtsi2ss */
    {0xb3c904ab658da5e1, 0x73ee06abeef6672a}, /* cvtsq2ss */
    /* clang-format on */
};

#endif
