// What buckets may take of the server, and where Amazon's are.
#include "server/objects/bucket_store.hpp"
#include "tests/unit/server/server_support.hpp"

using namespace omegasafe;
using namespace omegasafe::server;

TEST_CASE("buckets: half of the workers wait for them, a quarter for one user, and turns come back") {
    bucket_turns turns{8};
    const auto first = crypto::random_uuid(), second = crypto::random_uuid();
    std::vector<bucket_turns::turn> taken{turns.take(first), turns.take(first)};
    CHECK(test::refusal_of([&] { turns.take(first); }).code() == api_error::rate_limited);
    taken.push_back(turns.take(second));
    taken.push_back(turns.take(second));
    CHECK(test::refusal_of([&] { turns.take(crypto::random_uuid()); }).code() == api_error::unavailable);
    taken.erase(taken.begin());
    CHECK(turns.take(first));
    bucket_turns of_one_worker{1};
    CHECK(of_one_worker.take(first));
}

TEST_CASE("buckets of Amazon: each partition has its domain") {
    bucket_turns turns{1};
    const auto url_in = [&](const std::string& region) {
        const bucket_store place{
            {wire::storage_provider::s3, "some-bucket", region, "", "", "EXAMPLEKEYID0000", crypto::secure_bytes{32}},
            std::chrono::seconds{900}, turns, crypto::random_uuid()};
        return place.sign_download({}, test::noon).url;
    };
    CHECK(url_in("eu-central-1").starts_with("https://some-bucket.s3.eu-central-1.amazonaws.com/"));
    CHECK(url_in("us-gov-west-1").starts_with("https://some-bucket.s3.us-gov-west-1.amazonaws.com/"));
    CHECK(url_in("cn-north-1").starts_with("https://some-bucket.s3.cn-north-1.amazonaws.com.cn/"));
    CHECK(url_in("eusc-de-east-1").starts_with("https://some-bucket.s3.eusc-de-east-1.amazonaws.eu/"));
}

TEST_CASE("buckets: the host that is signed is the one that clients send, whatever the form of the endpoint") {
    bucket_turns turns{1};
    const auto url_at = [&](const std::string& endpoint) {
        const bucket_store place{{wire::storage_provider::r2, "some-bucket", "auto", endpoint, "", "EXAMPLEKEYID0000",
                                     crypto::secure_bytes{32}},
            std::chrono::seconds{900}, turns, crypto::random_uuid()};
        return place.sign_download({}, test::noon).url;
    };
    const auto usual = url_at("https://storage.example");
    CHECK(usual.starts_with("https://storage.example/some-bucket/"));
    for (const auto* same : {"https://Storage.EXAMPLE", "https://storage.example:443", "https://STORAGE.example:443/"})
        CHECK(url_at(same) == usual);
    CHECK(url_at("https://Storage.example:8443").starts_with("https://storage.example:8443/some-bucket/"));
    CHECK(url_at("http://storage.example:80").starts_with("http://storage.example/some-bucket/"));
}
