// Two users, each with a device of their own, and a server: the whole road of a key that is shared.
#include "crypto/kdf.hpp"
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/ecs_server.hpp"

using namespace omegasafe::test;

namespace {

struct two_users {
    ecs_server server;
    ecs_user ann = server.owner(), bob = server.add_user("bob@example.com");
    config_root here, there;

    two_users() {
        there.options.env["OMEGASAFE_CONFIG_PASSWORD"] = omegasafe::crypto::generate_password().text();
        server.admit(here, ann);
        server.admit(there, bob);
    }

    void set_up(const config_root& root) const { succeed(root, {"init", "-c", "-n", "office", "-u", server.url()}); }
    static std::string new_key(const config_root& root, const std::string& name) {
        return json_of(root, {"create-key", "-k", name, "-n", "0.1", "-r", "0.1", "-c", "2"})["key_uuid"];
    }
    std::string exported(const std::string& key) const {
        const auto file = (here.folder() / (key + ".omegakey")).string();
        succeed(here, {"export-key", "-k", key, "-o", file});
        return file;
    }
};

} // namespace

TEST_CASE_METHOD(two_users, "two users on two devices share a key through an HTTP ECS", "[ecs_server]") {
    set_up(here);
    set_up(there);
    const auto key = new_key(here, "shared");
    const auto alpha = exported(key);
    const auto ecs = ecs_uuid_of(there);

    // Before the invitation the other user's server knows no such key.
    refuse(there, {"import-key", "-e", ecs, "-i", alpha}, 50, "accept-invite");
    const auto shared = json_of(here, {"share-key", "-k", key, "-m", bob.email});
    CHECK(shared["invite"]["role_name"] == "User");
    refuse(there, {"import-key", "-e", ecs, "-i", alpha}, 50, "accept-invite");

    const auto invites = json_of(there, {"list-invites"})["invites"];
    REQUIRE(invites.size() == 1);
    CHECK(invites[0]["invite_uuid"] == shared["invite_uuid"]);
    CHECK(invites[0]["invited_by_email"] == ann.email);
    const auto accepted = succeed(there, {"accept-invite", "-i", shared["invite_uuid"].get<std::string>()});
    CHECK(accepted.out.find("omegasafe import-key -e " + ecs) != std::string::npos);
    // Before the key is on this device its ECS must be named.
    CHECK(json_of(there, {"list-invites", "-e", ecs, "-k", key})["shares"].size() == 2);
    succeed(there, {"import-key", "-e", ecs, "-i", alpha});
    CHECK(error_of(here, {"share-key", "-k", key, "-m", bob.email})["code"] == "ecs_rejected"); // has it already

    const auto from_here = sealed(here, key, here.make_file("a", 5000), "a.omegasafe");
    require_opens(there, from_here, here.folder() / "a");
    const auto from_there = sealed(there, key, there.make_file("b", 7000), "b.omegasafe");
    require_opens(here, from_there, there.folder() / "b");

    const auto shares = json_of(here, {"list-invites", "-k", key})["shares"];
    REQUIRE(shares.size() == 2);
    CHECK(json_of(there, {"view-key", "-k", key})["ecs_key_data"]["key_role_name"] == "User");
    succeed(here, {"revoke-share", "-k", key, "-m", bob.email, "--force"});
    const auto lost = there.run({"view-key", "-k", key, "--json"});
    REQUIRE(lost.exit_code == 0);
    CHECK(json::parse(lost.out)["key_summary"]["external_claims_storage_status"] == "unavailable");
    CHECK(lost.err.find("missing data from ExternalClaimsStorage; result is partial") != std::string::npos);
    require_opens(there, from_here, here.folder() / "a"); // what is on the device stays
}

TEST_CASE_METHOD(two_users, "an invitation can be declined", "[ecs_server]") {
    set_up(here);
    set_up(there);
    const auto key = new_key(here, "declined");
    const auto invite = json_of(here, {"share-key", "-k", key, "-m", bob.email, "-r", "maintainer"})["invite_uuid"];
    const auto declined = json_of(there, {"accept-invite", "-i", invite, "--decline"});
    CHECK(declined["accepted"] == false);
    CHECK(json_of(there, {"list-invites"})["invites"].empty());
    CHECK(error_of(there, {"accept-invite", "-i", invite})["code"] == "ecs_rejected");
}

TEST_CASE_METHOD(two_users, "one user's second device gets ECS and key by their exports", "[ecs_server]") {
    set_up(here);
    switch_caches_off(here); // so that claims leave something to renew
    const auto key = new_key(here, "mine");
    const auto file = sealed(here, key, here.make_file("a", 5000), "a.omegasafe");
    const auto ecs = ecs_uuid_of(here);
    const auto export_file = (here.folder() / "ecs.export").string();
    const auto sent = succeed(here, {"export-ecs", "-e", ecs, "-o", export_file});
    CHECK(sent.out.find("whoever has it acts as you") != std::string::npos);
    CHECK(mode_of(export_file) == owner_only);

    there.options.env.erase("OMEGASAFE_HTTP_ECS_API_KEY"); // the key comes in the file
    there.initialise();
    switch_caches_off(there);
    const auto got = succeed(there, {"import-ecs", "-i", export_file});
    require_line(got, labelled("Type", "HTTP"));
    CHECK(got.out.find(ann.api_key) == std::string::npos);
    succeed(there, {"import-key", "-e", ecs, "-i", exported(key)});
    require_opens(there, file, here.folder() / "a");

    // Two devices of one key renew one after the other and catch up with each other.
    renew(there, key);
    const auto after = sealed(here, key, here.make_file("c", 100), "c.omegasafe");
    require_opens(there, after, here.folder() / "c");
    const auto pulled = json_of(here, {"view-key", "-k", key});
    CHECK(pulled["local_key_data"]["latest_delta_iteration_sequence"] == 2);
}

TEST_CASE_METHOD(two_users, "D8: import-key-delta works while the server is away", "[ecs_server]") {
    set_up(here);
    set_up(there);
    switch_caches_off(here);
    const auto key = new_key(here, "carried");
    const auto invite = json_of(here, {"share-key", "-k", key, "-m", bob.email})["invite_uuid"];
    succeed(there, {"accept-invite", "-i", invite});
    succeed(there, {"import-key", "-e", ecs_uuid_of(there), "-i", exported(key)});
    renew(here, key);
    const auto file = sealed(here, key, here.make_file("a", 3000), "a.omegasafe");
    const auto delta = json_of(here, {"list-keys"})["keys"][0]["latest_delta_uuid"].get<std::string>();
    server.stop();

    refuse(there, {"decrypt", "-i", file, "-o", there.folder().path().string()}, 52, "Delta 2");
    // What the owner of a storage finds there by the Delta's name.
    const auto carried = fs::directory_iterator(server.deltas_of(key) / delta)->path();
    require_line(succeed(there, {"import-key-delta", "-i", carried.string(), "-f"}), "  Iteration UUID:   " + delta);
    require_opens(there, file, here.folder() / "a");
}
