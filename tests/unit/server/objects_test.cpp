// Signed URLs of the server's own, and the folder that they lead to.
#include "server/objects/folder_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::server;

namespace {

constexpr unix_time now = 1'700'000'000;

request request_for(const std::string& method, const std::string& target) {
    request made;
    made.method = method;
    const auto mark = target.find('?');
    made.path = target.substr(0, mark);
    made.query = target.substr(mark + 1);
    return made;
}

struct objects {
    test::temp_dir folder;
    settings with;
    url_signer signer{crypto::secure_bytes{std::string_view{"0123456789abcdef0123456789abcdef"}}};
    object_name name{crypto::random_uuid(), crypto::random_uuid()};

    objects() {
        with.internal_folder = folder / "deltas";
        with.public_url = "https://ecs.example.org:8443";
        with.base_path = "/base";
    }
    folder_store store() const { return {with, signer}; }
};

} // namespace

TEST_CASE_METHOD(objects, "signed URLs: good for exactly what they were made for, until their time is over") {
    const object_permit permit{"PUT", name.key_uuid, name.delta_uuid, crypto::random_uuid(), 1234, "abc/+==", now + 60};
    const auto target = signer.target_of(permit);
    const auto checked = signer.check(request_for("PUT", target), now);
    REQUIRE(checked);
    CHECK(checked->size_bytes == 1234);
    CHECK(checked->content_md5 == "abc/+==");
    CHECK(checked->attempt_uuid == permit.attempt_uuid);
    CHECK(signer.check(request_for("PUT", target), now + 60));
    CHECK_FALSE(signer.check(request_for("PUT", target), now + 61));
    CHECK_FALSE(signer.check(request_for("GET", target), now));
    for (std::size_t i = std::string{"/objects/"}.size(); i < target.size(); ++i) {
        auto altered = target;
        altered[i] = altered[i] == '1' ? '2' : '1';
        INFO(altered);
        REQUIRE_FALSE(signer.check(request_for("PUT", altered), now));
    }
    const url_signer other{crypto::secure_bytes{std::string_view{"fedcba9876543210fedcba9876543210"}}};
    CHECK_FALSE(other.check(request_for("PUT", target), now));
}

TEST_CASE_METHOD(objects, "folder: what is put comes back with its attempt, once for a name") {
    const auto place = store();
    const auto first = crypto::random_uuid(), second = crypto::random_uuid();
    CHECK_FALSE(place.fetch(name));
    CHECK(place.put(name, first, "content"));
    CHECK_FALSE(place.put(name, second, "other"));
    const auto found = place.fetch(name);
    REQUIRE(found);
    CHECK(std::string(found->bytes.begin(), found->bytes.end()) == "content");
    CHECK(found->attempt_uuid == first);
    CHECK(place.remove(name));
    CHECK_FALSE(place.exists(name));
    CHECK(place.remove(name));
    CHECK(place.put(name, second, "other"));
}

TEST_CASE_METHOD(objects, "folder: of many uploads of one name at once exactly one wins, and it is whole") {
    const auto place = store();
    std::atomic<int> winners{0};
    {
        std::vector<std::jthread> uploads;
        for (int i = 0; i < 8; ++i)
            uploads.emplace_back([&, i] {
                winners += place.put(name, crypto::random_uuid(), std::string(100'000, static_cast<char>('a' + i)));
            });
    }
    CHECK(winners == 1);
    const auto found = place.fetch(name);
    REQUIRE(found);
    CHECK(found->bytes == std::vector<std::uint8_t>(100'000, found->bytes.front()));
    std::size_t left = 0;
    for (const auto& entry :
        std::filesystem::directory_iterator(with.internal_folder / crypto::to_string(name.key_uuid)))
        left += entry.exists();
    CHECK(left == 1);
}

TEST_CASE_METHOD(objects, "folder: uploads are bound to size, MD5 and attempt, below the public URL and base path") {
    const upload_terms terms{crypto::random_uuid(), 99, "md5"};
    const auto transfer = store().sign_upload(name, terms, now);
    CHECK(transfer.url.starts_with("https://ecs.example.org:8443/base/objects/"));
    CHECK(transfer.expires_at == now + 900);
    CHECK(transfer.headers == header_list{{"Content-Length", "99"}, {"Content-MD5", "md5"}, {"If-None-Match", "*"},
                                  {wire::upload_attempt_header, crypto::to_string(terms.attempt_uuid)}});
    CHECK(store().sign_download(name, now).headers.empty());
}
