// AWS Signature Version 4 against the examples that Amazon publishes in the S3 API reference.
#include "net/aws_signature.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::net;

namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view no_payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

aws_signer example_signer() {
    return {"AKIAIOSFODNN7EXAMPLE", crypto::as_bytes(secret), "us-east-1", 1369353600}; // 2013-05-24T00:00:00Z
}

aws_request example(const std::string& method, const std::string& path, std::string_view hash = no_payload) {
    return {method, "examplebucket.s3.amazonaws.com", path, {},
        {{"x-amz-content-sha256", std::string{hash}}, {"X-Amz-Date", "20130524T000000Z"}}};
}

std::string signature_of(const aws_request& request, std::string_view hash = no_payload) {
    return aws_signature(example_signer(), aws_canonical_request(request, hash));
}

} // namespace

TEST_CASE("AWS signature: the published examples of requests with headers") {
    auto get = example("GET", "/test.txt");
    get.headers.emplace_back("Range", "bytes=0-9");
    CHECK(signature_of(get) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

    const std::string hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    auto put = example("PUT", "/test$file.text", hash);
    put.headers.emplace_back("Date", "Fri, 24 May 2013 00:00:00 GMT");
    put.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
    CHECK(signature_of(put, hash) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");

    auto lifecycle = example("GET", "/");
    lifecycle.query = {{"lifecycle", ""}};
    CHECK(signature_of(lifecycle) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");

    auto list = example("GET", "/");
    list.query = {{"prefix", "J"}, {"max-keys", "2"}}; // the order is the signature's business
    CHECK(signature_of(list) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("AWS signature: the published example of a presigned URL") {
    const auto target = aws_presigned_target(
        {"GET", "examplebucket.s3.amazonaws.com", "/test.txt", {}, {}}, example_signer(), std::chrono::hours{24});
    CHECK(target == "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("AWS signature: everything that a request says changes it") {
    const aws_request put{"PUT", "host:9000", "/bucket/a b", {}, {{"Content-MD5", "x"}, {"If-None-Match", "*"}}};
    const auto base = aws_signature(example_signer(), aws_canonical_request(put, unsigned_payload));
    const auto differs = [&](auto change) {
        auto other = put;
        change(other);
        return aws_signature(example_signer(), aws_canonical_request(other, unsigned_payload)) != base;
    };
    CHECK(differs([](aws_request& r) { r.method = "GET"; }));
    CHECK(differs([](aws_request& r) { r.host = "host:9001"; }));
    CHECK(differs([](aws_request& r) { r.path = "/bucket/a+b"; }));
    CHECK(differs([](aws_request& r) { r.query = {{"a", ""}}; }));
    CHECK(differs([](aws_request& r) { r.headers[0].second = "y"; }));
    CHECK(differs([](aws_request& r) { r.headers.pop_back(); }));
    CHECK_FALSE(differs([](aws_request& r) { std::swap(r.headers[0], r.headers[1]); }));
    CHECK_FALSE(differs([](aws_request& r) { r.headers[0] = {"content-md5", "  x "}; }));
    auto later = example_signer();
    later.unix_seconds += 1;
    CHECK(aws_signature(later, aws_canonical_request(put, unsigned_payload)) != base);
}
