// One table of inputs with their verdicts: tests of wire/, of the client and of the server read it, so that none of
// them can take what another refuses.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace omegasafe::test {

struct field_row {
    std::string input;
    bool accepted = false;
};
using field_rows = std::vector<field_row>;

/// Names of keys and ECS.
inline const field_rows name_rows{
    {"a", true}, {"Finance 2026", true}, {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", true}, {std::string(255, 'x'), true},
    {"'\"\\<>;--", true}, {"", false}, {std::string(256, 'x'), false}, {"line\nbreak", false}, {"tab\t", false},
    {"delete\x7f", false}, {std::string("nul\0", 4), false}, {"\xff", false}, // no UTF-8
    {"half \xc3", false},                                                     // a sequence that is cut off
    {"\xc0\xaf", false},                                                      // longer than needed
    {"\xed\xa0\x80", false},                                                  // a surrogate
    {"\xf4\x90\x80\x80", false},                                              // beyond U+10FFFF
};

/// Mail addresses; what is accepted is compared in lower case.
inline const field_rows email_rows{
    {"a@b", true},
    {"Ann.Other+tag@Example.ORG", true},
    {"\xc3\xa4@example.org", true},
    {std::string(252, 'x') + "@b", true},
    {"", false},
    {"a", false},
    {"@b", false},
    {"a@", false},
    {"a@b@c", false},
    {"a b@c", false},
    {"a,b@c", false},
    {"a;b@c", false},
    {"\"a\"@c", false},
    {"a@c\n", false},
    {"\xff@c", false},
    {std::string(253, 'x') + "@b", false},
};

inline const field_rows api_key_rows{
    {"k", true},
    {"ose_A-Za-z0-9+/=!~", true},
    {std::string(512, 'k'), true},
    {"", false},
    {std::string(513, 'k'), false},
    {"two words", false},
    {"key\n", false},
    {"key\x7f", false},
    {"\xc3\xa4", false},
};

inline const field_rows uuid_rows{
    {"11111111-2222-4333-8444-555555555555", true},
    {"ABCDEFAB-CDEF-4ABC-8DEF-ABCDEFABCDEF", true},
    {"", false},
    {"11111111222243338444555555555555", false},
    {"{11111111-2222-4333-8444-555555555555}", false},
    {"11111111-2222-4333-8444-55555555555", false},
    {"11111111-2222-4333-8444-5555555555555", false},
    {"11111111-2222-4333-8444-55555555555g", false},
    {" 11111111-2222-4333-8444-555555555555", false},
};

/// As they stand in JSON.
inline const field_rows position_rows{
    {"0", true},
    {"9007199254740991", true},
    {"9007199254740992", true},
    {"18446744073709551615", true},
    {R"("0")", true},
    {R"("9007199254740993")", true},
    {R"("340282366920938463463374607431768211455")", true},
    {R"("340282366920938463463374607431768211456")", false},
    {"18446744073709551616", false}, // a reader has made a fraction of it
    {"-1", false},
    {"1.5", false},
    {"1e3", false},
    {R"("01")", false},
    {R"("+1")", false},
    {R"("-1")", false},
    {R"(" 1")", false},
    {R"("0x10")", false},
    {R"("")", false},
    {"true", false},
    {"[1]", false},
    {"null", false},
};

inline const field_rows storage_name_rows{
    {"r2-primary", true},
    {"A.b_c-9", true},
    {std::string(255, 'x'), true},
    {"", false},
    {std::string(256, 'x'), false},
    {"a b", false},
    {"a/b", false},
    {"\xc3\xa4", false},
};

inline const field_rows provider_rows{
    {"s3", true},
    {"r2", true},
    {"", false},
    {"S3", false},
    {"internal", false},
    {"gcs", false},
    {"s3 ", false},
};

inline const field_rows bucket_rows{
    {"abc", true},
    {"omega-safe-prod", true},
    {"a.b.c", true},
    {"1.2.3.4a", true},
    {std::string(63, 'x'), true},
    {"", false},
    {"ab", false},
    {std::string(64, 'x'), false},
    {"Abc", false},
    {"a_b", false},
    {"-abc", false},
    {"abc-", false},
    {".abc", false},
    {"a..b", false},
    {"192.168.0.1", false},
    {"999.1.1.1", false},
};

/// Of the provider s3; r2 takes "auto" and nothing else.
inline const field_rows region_rows{
    {"us-east-1", true},
    {"eu-central-1", true},
    {"ap-southeast-2", true},
    {"us-gov-west-1", true},
    {"eusc-de-east-1", true},
    {"", false},
    {"auto", false},
    {"us-x-1", false},           // shorter than any
    {"europe-central-1", false}, // no partition has so many letters
    {"us-east", false},
    {"US-EAST-1", false},
    {"us-east-1a", false},
    {"us-east-123", false},
    {"us--east-1", false},
    {"us-ea5t-1", false},
    {"us-east-1.evil.example", false},
};

/// Of the provider r2, where http:// is allowed; s3 has none.
inline const field_rows endpoint_rows{
    {"https://example.r2.cloudflarestorage.com", true},
    {"https://minio.example.org:9000/base", true},
    {"https://[2001:db8::1]:9000", true},
    {"https://Host/a~b/", true},
    {"http://127.0.0.1:9000", true},
    {"", false},
    {"https://", false},
    {"https:///x", false},
    {"https://-", false},
    {"https://host:99999", false},
    {"https://host:0", false},
    {"https://host:", false},
    {"https://host/p%20q", false},
    {"https://a..b", false},
    {"https://1.2.3", false},
    {"https://[::1", false},
    {"https://[::1]x", false},
    {"https://[zz]", false},
    {"https://user:pass@host", false},
    {"https://host?x=1", false},
    {"https://host/#x", false},
    {"HTTPS://host", false},
    {"ftp://host", false},
    {"host", false},
    {"https://a b", false},
    {"https://" + std::string(256, 'x'), false},
};

/// The server leaves slashes at both ends away when it names objects.
inline const field_rows remote_path_rows{
    {"", true},
    {"deltas/prod", true},
    {"a.b/c_d-e", true},
    {"a/", true},
    {"/a", true},
    {"a//b", true},
    {"a/./b", true},
    {std::string(512, 'x'), true},
    {std::string(513, 'x'), false},
    {"..", false},
    {"a..b", false},
    {"a/../b", false},
    {"a b", false},
    {"a\\b", false},
    {"a%20b", false},
    {"\xc3\xa4", false},
};

} // namespace omegasafe::test
