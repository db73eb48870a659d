// The store's contract without claims, the same on every kind of database.
#include "tests/unit/server/server_support.hpp"
#include <omegasafe/error.hpp>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

struct store_fixture {
    backend kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    scratch_database scratch{kind};
    database data{scratch.address(), 4};

    store_fixture() { UNSCOPED_INFO(kind); }

    user_record add_user(const std::string& email) {
        const auto user = some_user(email);
        data.write([&](store& s) { s.add_user(user); });
        return user;
    }
    key_record add_key(const user_record& owner, std::uint64_t capacity = 1000) {
        const auto key = some_key(capacity);
        data.write([&](store& s) { s.add_key(key, owner.user_uuid, crypto::random_uuid()); });
        return key;
    }
    delta_record add_delta(const key_record& key, std::uint64_t seq_number) {
        const auto delta = some_delta(key, seq_number);
        data.write([&](store& s) { s.add_delta(delta); });
        return delta;
    }
};

std::vector<std::string> names(const std::vector<key_record>& keys) {
    std::vector<std::string> found;
    for (const auto& key : keys)
        found.push_back(key.name);
    return found;
}

} // namespace

TEST_CASE_METHOD(store_fixture, "users are found by UUID and by e-mail, which is unique", "[store]") {
    const auto anna = add_user("anna@example.com");
    CHECK(refused([&] { add_user("anna@example.com"); }) == "user_exists");
    data.read([&](store& s) {
        REQUIRE(s.users().size() == 1);
        CHECK(s.users()[0].user_uuid == anna.user_uuid);
        REQUIRE(s.user(anna.user_uuid));
        CHECK(s.user(anna.user_uuid)->email == "anna@example.com");
        CHECK(s.user(anna.user_uuid)->name == "A Name");
        CHECK(s.user(anna.user_uuid)->created_at == noon);
        REQUIRE(s.user_by_email("anna@example.com"));
        CHECK(s.user_by_email("anna@example.com")->user_uuid == anna.user_uuid);
        CHECK(!s.user_by_email("bert@example.com"));
        CHECK(!s.user(crypto::random_uuid()));
    });
}

TEST_CASE_METHOD(store_fixture, "text of every kind comes back as it was", "[store]") {
    const std::string name = "O'Brien \"x\" :name $1 \\ %s \xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91";
    auto user = some_user("x@example.com");
    user.name = name;
    const auto found = data.write([&](store& s) {
        s.add_user(user);
        return s.user(user.user_uuid);
    });
    REQUIRE(found);
    CHECK(found->name == name);
}

TEST_CASE_METHOD(store_fixture, "an API key is active until it is revoked or its user disabled", "[store]") {
    const auto user = add_user("anna@example.com"), other = add_user("bert@example.com");
    const api_key_record key{crypto::random_uuid(), user.user_uuid, "laptop", std::string(64, 'a'), noon, {}, {}};
    data.write([&](store& s) { s.add_api_key(key); });
    const auto active = [&] { return data.read([&](store& s) { return s.active_api_key(key.api_key_uuid); }); };
    REQUIRE(active());
    CHECK(active()->user.email == "anna@example.com");
    CHECK(active()->key.secret_hash == key.secret_hash);
    CHECK(!active()->key.last_used_at);

    data.write([&](store& s) { s.touch_api_key(key.api_key_uuid, noon + 5); });
    CHECK(active()->key.last_used_at == noon + 5);

    data.write([&](store& s) { s.set_user_disabled(user.user_uuid, true); });
    CHECK(!active());
    data.write([&](store& s) { s.set_user_disabled(user.user_uuid, false); });
    CHECK(active());

    const auto revoke = [&](const uuid& who, unix_time at) {
        return data.write([&](store& s) { return s.revoke_api_key(who, key.api_key_uuid, at); });
    };
    CHECK(!revoke(other.user_uuid, noon));
    CHECK(active());
    CHECK(revoke(user.user_uuid, noon + 7));
    CHECK(revoke(user.user_uuid, noon + 9));
    CHECK(!active());
    const auto all = data.read([&](store& s) { return s.api_keys(user.user_uuid); });
    REQUIRE(all.size() == 1);
    CHECK(all[0].revoked_at == noon + 7);
}

TEST_CASE_METHOD(store_fixture, "a key is seen with the role of who asks", "[store]") {
    const auto owner = add_user("anna@example.com"), guest = add_user("bert@example.com");
    const auto key = add_key(owner, INT64_MAX);
    CHECK(refused([&] { data.write([&](store& s) { s.add_key(key, guest.user_uuid, crypto::random_uuid()); }); }) ==
          "key_exists");
    data.read([&](store& s) {
        const auto found = s.key_of(owner.user_uuid, key.key_uuid);
        REQUIRE(found);
        CHECK(found->my_role == role::owner);
        CHECK(found->relation_uuid != uuid{});
        CHECK(found->name == key.name);
        CHECK(found->omegasafe_version == key.omegasafe_version);
        CHECK(found->alpha_capacity == std::uint64_t{INT64_MAX});
        CHECK(found->alpha_next == 0);
        CHECK(found->latest_seq == 0);
        CHECK(found->storage_uuid == key.storage_uuid);
        CHECK(!s.key_of(guest.user_uuid, key.key_uuid));
        CHECK(!s.key_of(owner.user_uuid, crypto::random_uuid()));
        CHECK(s.keys_of(owner.user_uuid).size() == 1);
        CHECK(s.keys_of(guest.user_uuid).empty());
        REQUIRE(s.all_keys().size() == 1);
        CHECK(s.all_keys()[0].my_role == role::none);
    });
}

TEST_CASE_METHOD(store_fixture, "editing a key changes what is given and nothing else", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner), untouched = add_key(owner);
    const auto storage = crypto::random_uuid();
    const auto edited = data.write([&](store& s) {
        s.edit_key(key.key_uuid, "new name", {}, {});
        s.edit_key(key.key_uuid, {}, "0.2.0", {});
        s.edit_key(key.key_uuid, {}, {}, storage);
        s.edit_key(key.key_uuid, {}, {}, {});
        return s.key_of(owner.user_uuid, key.key_uuid).value();
    });
    CHECK(edited.name == "new name");
    CHECK(edited.omegasafe_version == "0.2.0");
    CHECK(edited.storage_uuid == storage);
    CHECK(edited.alpha_capacity == key.alpha_capacity);
    const auto other = data.read([&](store& s) { return s.key_of(owner.user_uuid, untouched.key_uuid).value(); });
    CHECK(other.name == untouched.name);
    CHECK(other.storage_uuid == untouched.storage_uuid);
}

TEST_CASE_METHOD(store_fixture, "a deleted key takes all that belongs to it along, and nothing of others", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner), other = add_key(owner);
    const auto delta = add_delta(key, 1), kept = add_delta(other, 1);
    const upload_record upload{
        crypto::random_uuid(), key.key_uuid, delta.delta_uuid, key.storage_uuid, 1, 10, "m", noon, noon + 900};
    const invite_record invite{crypto::random_uuid(), key.key_uuid, owner.user_uuid, "c@example.com", role::user, noon};
    data.write([&](store& s) {
        s.add_upload(upload);
        s.add_invite(invite);
        s.count_transfer(key.key_uuid, transfer_kind::upload, noon);
        s.claim_delta({crypto::random_uuid(), crypto::random_uuid(), uuid{}, key.key_uuid, delta.delta_uuid, 5}, noon);
    });
    data.write([&](store& s) { s.delete_key(key.key_uuid, noon); });
    data.read([&](store& s) {
        CHECK(!s.key_of(owner.user_uuid, key.key_uuid));
        CHECK(s.deltas(key.key_uuid).empty());
        CHECK(s.shares(key.key_uuid).empty());
        CHECK(!s.invite(invite.invite_uuid));
        CHECK(!s.upload(upload.upload_attempt_uuid));
        CHECK(s.transfers_since(key.key_uuid, transfer_kind::upload, 0) == 0);
        CHECK(names(s.keys_of(owner.user_uuid)) == std::vector<std::string>{other.name});
        REQUIRE(s.deltas(other.key_uuid).size() == 1);
        CHECK(s.deltas(other.key_uuid)[0].delta_uuid == kept.delta_uuid);
        CHECK(s.shares(other.key_uuid).size() == 1);
    });
}

TEST_CASE_METHOD(store_fixture, "the UUID of a deleted key is never registered again", "[store]") {
    const auto owner = add_user("anna@example.com"), other = add_user("bert@example.com");
    const auto key = add_key(owner);
    data.write([&](store& s) { s.delete_key(key.key_uuid, noon); });
    for (const auto& user : {owner, other}) {
        CHECK(refused([&] { data.write([&](store& s) { s.add_key(key, user.user_uuid, crypto::random_uuid()); }); }) ==
              "key_exists");
        CHECK(data.read([&](store& s) { return s.all_keys().empty(); }));
    }
    data.write([&](store& s) { s.purge(noon + 1'000'000'000); });
    CHECK(refused([&] { data.write([&](store& s) { s.add_key(key, owner.user_uuid, crypto::random_uuid()); }); }) ==
          "key_exists");
}

TEST_CASE_METHOD(store_fixture, "a Delta is added as latest + 1 only", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner), other = add_key(owner);
    const auto conflict = [&](const delta_record& delta) {
        return refusal_of([&] { data.write([&](store& s) { s.add_delta(delta); }); });
    };
    CHECK(conflict(some_delta(key, 2)).details() ==
          nlohmann::json({{"authoritative_delta_uuid", nullptr}, {"latest_seq_number", 0}}));
    CHECK(conflict(some_delta(key, 0)).code() == api_error::delta_conflict);

    const auto first = add_delta(key, 1);
    const auto second = add_delta(key, 2);
    const auto again = conflict(some_delta(key, 1));
    CHECK(again.code() == api_error::delta_conflict);
    CHECK(again.details() == nlohmann::json({{"authoritative_delta_uuid", crypto::to_string(first.delta_uuid)},
                                 {"latest_seq_number", 2}}));

    auto same_elsewhere = some_delta(key, 3);
    same_elsewhere.delta_uuid = first.delta_uuid;
    CHECK(conflict(same_elsewhere).details() ==
          nlohmann::json({{"authoritative_delta_uuid", nullptr}, {"latest_seq_number", 2}}));
    auto same_in_other_key = some_delta(other, 1);
    same_in_other_key.delta_uuid = first.delta_uuid;
    CHECK(conflict(same_in_other_key).code() == api_error::delta_conflict);
    CHECK(conflict(some_delta(some_key(10), 1)).code() == api_error::delta_conflict);

    data.read([&](store& s) {
        CHECK(s.key_of(owner.user_uuid, key.key_uuid)->latest_seq == 2);
        CHECK(s.key_of(owner.user_uuid, other.key_uuid)->latest_seq == 0);
        const auto all = s.deltas(key.key_uuid);
        REQUIRE(all.size() == 2);
        CHECK(all[0].delta_uuid == first.delta_uuid);
        CHECK(all[1].delta_uuid == second.delta_uuid);
        REQUIRE(s.delta(key.key_uuid, second.delta_uuid));
        CHECK(s.delta(key.key_uuid, second.delta_uuid)->seq_number == 2);
        CHECK(s.delta(key.key_uuid, second.delta_uuid)->capacity == key.alpha_capacity);
        CHECK(s.delta(key.key_uuid, second.delta_uuid)->positions().first == key.alpha_capacity);
        CHECK(s.delta(key.key_uuid, second.delta_uuid)->content_md5 == second.content_md5);
        CHECK(!s.delta(other.key_uuid, second.delta_uuid));
        REQUIRE(s.delta_at(key.key_uuid, 1));
        CHECK(s.delta_at(key.key_uuid, 1)->delta_uuid == first.delta_uuid);
        CHECK(!s.delta_at(key.key_uuid, 3));
    });
}

TEST_CASE_METHOD(store_fixture, "a Delta's file is marked as gone once", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner);
    const auto delta = add_delta(key, 1);
    add_delta(key, 2);
    const auto stored = [&] {
        return data.read([&](store& s) { return s.stored_deltas(key.key_uuid, key.storage_uuid); });
    };
    CHECK(stored() == 2);
    data.write([&](store& s) { s.mark_delta_deleted(delta.delta_uuid, noon + 1); });
    data.write([&](store& s) { s.mark_delta_deleted(delta.delta_uuid, noon + 2); });
    CHECK(stored() == 1);
    data.read([&](store& s) {
        CHECK(s.delta_at(key.key_uuid, 1)->deleted_at == noon + 1);
        CHECK(!s.delta_at(key.key_uuid, 2)->deleted_at);
        CHECK(s.stored_deltas(key.key_uuid, crypto::random_uuid()) == 0);
    });
}

TEST_CASE_METHOD(store_fixture, "uploads and transfers are kept until they are purged", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner);
    const upload_record upload{
        crypto::random_uuid(), key.key_uuid, crypto::random_uuid(), key.storage_uuid, 3, 4711, "md5", noon, noon + 900};
    data.write([&](store& s) {
        s.add_upload(upload);
        s.count_transfer(key.key_uuid, transfer_kind::upload, noon);
        s.count_transfer(key.key_uuid, transfer_kind::upload, noon + 1);
        s.count_transfer(key.key_uuid, transfer_kind::download, noon);
    });
    data.read([&](store& s) {
        const auto found = s.upload(upload.upload_attempt_uuid);
        REQUIRE(found);
        CHECK(found->key_uuid == upload.key_uuid);
        CHECK(found->delta_uuid == upload.delta_uuid);
        CHECK(found->storage_uuid == upload.storage_uuid);
        CHECK(found->seq_number == 3);
        CHECK(found->size_bytes == 4711);
        CHECK(found->content_md5 == "md5");
        CHECK(found->expires_at == noon + 900);
        CHECK(s.transfers_since(key.key_uuid, transfer_kind::upload, noon) == 2);
        CHECK(s.transfers_since(key.key_uuid, transfer_kind::upload, noon + 1) == 1);
        CHECK(s.transfers_since(key.key_uuid, transfer_kind::download, noon) == 1);
    });
    constexpr unix_time one_day = 86'400;
    data.write([&](store& s) {
        s.purge(noon + one_day);
        CHECK(s.purge_uploads(noon + one_day).empty());
        CHECK(s.hold_upload(upload.upload_attempt_uuid));
    });
    CHECK(data.read([&](store& s) { return s.upload(upload.upload_attempt_uuid); }));
    data.write([&](store& s) {
        s.purge(noon + 3 * one_day);
        const auto useless = s.purge_uploads(noon + 3 * one_day);
        REQUIRE(useless.size() == 1);
        CHECK(useless.front().delta_uuid == upload.delta_uuid);
        CHECK(!s.hold_upload(upload.upload_attempt_uuid));
    });
    data.read([&](store& s) {
        CHECK(!s.upload(upload.upload_attempt_uuid));
        CHECK(s.transfers_since(key.key_uuid, transfer_kind::upload, 0) == 2);
    });
    data.write([&](store& s) { s.purge(noon + 100 * one_day); });
    CHECK(data.read([&](store& s) { return s.transfers_since(key.key_uuid, transfer_kind::upload, 0); }) == 0);
}

TEST_CASE_METHOD(store_fixture, "files of uploads are useless when nobody can register them any more", "[store]") {
    const auto owner = add_user("anna@example.com");
    const auto key = add_key(owner);
    const auto attempt = [&](const uuid& delta_uuid, unix_time expires_at) {
        return upload_record{
            crypto::random_uuid(), key.key_uuid, delta_uuid, key.storage_uuid, 1, 10, "md5", noon, expires_at};
    };
    const auto registered = some_delta(key, 1);
    const auto tried_again = crypto::random_uuid(), given_up = crypto::random_uuid();
    constexpr unix_time later = noon + 100'000;
    data.write([&](store& s) {
        for (const auto& upload : {attempt(registered.delta_uuid, noon), attempt(tried_again, noon),
                 attempt(tried_again, later), attempt(given_up, noon)})
            s.add_upload(upload);
        CHECK(s.other_uploads(attempt(given_up, noon)) == 2);
        CHECK(s.other_uploads(attempt(crypto::random_uuid(), noon)) == 3);
        s.add_delta(registered);
        CHECK(s.unconfirmed_uploads(key.key_uuid).size() == 3);
    });
    data.write([&](store& s) {
        const auto useless = s.purge_uploads(later);
        REQUIRE(useless.size() == 1);
        CHECK(useless.front().delta_uuid == given_up);
    });
}

TEST_CASE_METHOD(store_fixture, "storages are kept, replaced, counted in use and deleted", "[store]") {
    const auto owner = add_user("anna@example.com");
    storage_record storage{crypto::random_uuid(), owner.user_uuid, "my-bucket", wire::storage_provider::s3, "bucket",
        "eu-central-1", "https://s3.example.com", "folder", "c2VhbGVk", noon};
    data.write([&](store& s) { s.add_storage(storage); });
    storage.name = "renamed";
    storage.sealed_credentials = "b3RoZXI=";
    data.write([&](store& s) { s.replace_storage(storage); });
    data.read([&](store& s) {
        const auto found = s.storage(storage.storage_uuid);
        REQUIRE(found);
        CHECK(found->name == "renamed");
        CHECK(found->provider == wire::storage_provider::s3);
        CHECK(found->bucket_name == "bucket");
        CHECK(found->region == "eu-central-1");
        CHECK(found->endpoint_url == "https://s3.example.com");
        CHECK(found->remote_path == "folder");
        CHECK(found->sealed_credentials == "b3RoZXI=");
        CHECK(s.storages_of(owner.user_uuid).size() == 1);
        CHECK(s.storages_of(crypto::random_uuid()).empty());
        CHECK(s.all_storages().size() == 1);
    });

    const auto key = add_key(owner);
    const auto delta = add_delta(key, 1);
    const auto uses = [&](const uuid& of) { return data.read([&](store& s) { return s.uses_of_storage(of); }); };
    CHECK(uses(storage.storage_uuid) == 0);
    CHECK(uses(key.storage_uuid) == 1);
    data.write([&](store& s) { s.edit_key(key.key_uuid, {}, {}, storage.storage_uuid); });
    CHECK(uses(storage.storage_uuid) == 1);
    // The Delta's file stayed where it was.
    CHECK(uses(key.storage_uuid) == 1);
    data.write([&](store& s) { s.mark_delta_deleted(delta.delta_uuid, noon); });
    CHECK(uses(key.storage_uuid) == 0);
    data.write([&](store& s) { s.delete_storage(storage.storage_uuid); });
    CHECK(!data.read([&](store& s) { return s.storage(storage.storage_uuid); }));
}

TEST_CASE_METHOD(store_fixture, "keys are shared with a user once and by one open invite an e-mail", "[store]") {
    const auto owner = add_user("anna@example.com"), guest = add_user("bert@example.com");
    const auto key = add_key(owner);
    const invite_record invite{
        crypto::random_uuid(), key.key_uuid, owner.user_uuid, "bert@example.com", role::maintainer, noon};
    auto second = invite;
    second.invite_uuid = crypto::random_uuid();
    data.write([&](store& s) { s.add_invite(invite); });
    CHECK(refused([&] { data.write([&](store& s) { s.add_invite(second); }); }) == "already_shared");
    data.read([&](store& s) {
        const auto found = s.invite(invite.invite_uuid);
        REQUIRE(found);
        CHECK(found->key_name == key.name);
        CHECK(found->invited_by_email == "anna@example.com");
        CHECK(found->role_id == role::maintainer);
        CHECK(s.invites_for("bert@example.com").size() == 1);
        CHECK(s.invites_for("anna@example.com").empty());
        CHECK(s.invites_to(key.key_uuid).size() == 1);
    });

    const share_record share{
        crypto::random_uuid(), key.key_uuid, guest.user_uuid, guest.email, role::maintainer, noon + 1};
    auto twice = share;
    twice.relation_uuid = crypto::random_uuid();
    data.write([&](store& s) {
        s.add_share(share);
        s.remove_invite(invite.invite_uuid);
    });
    CHECK(refused([&] { data.write([&](store& s) { s.add_share(twice); }); }) == "already_shared");
    data.read([&](store& s) {
        CHECK(!s.invite(invite.invite_uuid));
        const auto shares = s.shares(key.key_uuid);
        REQUIRE(shares.size() == 2);
        CHECK(shares[0].role_id == role::owner);
        CHECK(shares[1].email == "bert@example.com");
        CHECK(shares[1].relation_uuid == share.relation_uuid);
        CHECK(s.key_of(guest.user_uuid, key.key_uuid)->my_role == role::maintainer);
    });
    data.write([&](store& s) { s.remove_share(key.key_uuid, guest.user_uuid); });
    data.read([&](store& s) {
        CHECK(!s.key_of(guest.user_uuid, key.key_uuid));
        CHECK(s.key_of(owner.user_uuid, key.key_uuid));
    });
}

TEST_CASE_METHOD(store_fixture, "a transaction that throws leaves nothing, and its exception arrives", "[database]") {
    const auto user = some_user("anna@example.com");
    CHECK_THROWS_WITH(data.write([&](store& s) {
        s.add_user(user);
        throw std::out_of_range("a reason");
    }),
        "a reason");
    CHECK(data.read([](store& s) { return s.users().empty(); }));
    CHECK_THROWS_AS(data.read([](store&) { throw std::out_of_range("a reason"); }), std::out_of_range);
    data.write([&](store& s) { s.add_user(user); });
    CHECK(data.read([](store& s) { return s.users().size(); }) == 1);
}

TEST_CASE_METHOD(store_fixture, "what the database says of a failed statement has none of its values", "[database]") {
    const auto user = add_user("anna@example.com");
    api_key_record key{crypto::random_uuid(), user.user_uuid, "laptop", "a hash of a secret", noon, {}, {}};
    data.write([&](store& s) { s.add_api_key(key); });
    try {
        data.write([&](store& s) { s.add_api_key(key); });
        FAIL("was added twice");
    } catch (const soci::soci_error& problem) {
        CHECK_THAT(problem.what(), Catch::Contains("api_key") && !Catch::Contains("a hash of a secret") &&
                                       !Catch::Contains(crypto::to_string(key.api_key_uuid)));
    }
}

TEST_CASE_METHOD(store_fixture, "a read keeps nothing", "[database]") {
    data.read([](store& s) {
        s.add_user(some_user("anna@example.com"));
        CHECK(s.users().size() == 1);
    });
    CHECK(data.read([](store& s) { return s.users().empty(); }));
}

TEST_CASE_METHOD(store_fixture, "an open database is reachable", "[database]") {
    CHECK(data.reachable());
}
