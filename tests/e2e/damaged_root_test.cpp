// Config roots that may not be read, and a config.ini that lost something: neither is a reason to start over.
#include "tests/e2e/e2e_support.hpp"

#include <unistd.h>

using namespace omegasafe::test;

namespace {

struct whole_root {
    config_root root;
    std::string key = root.initialise_with_key();
    fs::path file = root.make_file("plain.txt", 3000);
};

/// An account without rights: root's own tests lend everything to a stranger and run as that one.
class ordinary_user {
public:
    explicit ordinary_user(const config_root& root) : root_(root) {
        if (::geteuid() != 0)
            return;
        const auto lend = [](const fs::path& path) { return ::lchown(path.c_str(), stranger, stranger) == 0; };
        able_ = lend(root.folder().path());
        for (const auto& entry : fs::recursive_directory_iterator(root.folder().path()))
            able_ = lend(entry.path()) && able_;
        options_.program = "setpriv";
        prefix_ = {"--reuid=" + std::to_string(stranger), "--regid=" + std::to_string(stranger), "--clear-groups",
            omegasafe_binary().string()};
        able_ = able_ && run(prefix_ + arguments{"--version"}, options_).exit_code == 0;
    }

    bool able() const { return able_; }
    run_result operator()(const arguments& args) {
        options_.env = root_.options.env;
        return run(prefix_ + root_.with_config_dir(args), options_);
    }

private:
    static constexpr uid_t stranger = 64123;
    const config_root& root_;
    run_options options_;
    arguments prefix_;
    bool able_ = true;
};

} // namespace

TEST_CASE_METHOD(whole_root, "a configuration that may not be read is not called missing, nor to be made anew") {
    ordinary_user user{root};
    if (!user.able()) {
        WARN("no other account can be used here: missing rights are not tested");
        return;
    }
    REQUIRE(user({"list-keys"}).exit_code == 0);
    for (const auto& closed : {root.path(), root.path() / "config.ini", root.path() / "omegasafe_keys.sfc"}) {
        const auto open_mode = mode_of(closed);
        fs::permissions(closed, fs::perms::none);
        const auto refused = user({"list-keys"});
        std::vector<run_result> others;
        if (closed == root.path())
            others = {user({"init", "-s", "-o"}), user({"erase-all", "-f"})};
        fs::permissions(closed, open_mode);
        others.push_back(refused);
        for (const auto& result : others) {
            INFO(closed << ": " << result.describe());
            CHECK(result.exit_code == 10);
            CHECK(result.err.find("Permission denied") != std::string::npos);
            CHECK(result.err.find("omegasafe init") == std::string::npos);
        }
    }
    REQUIRE(user({"list-keys"}).exit_code == 0);
}

TEST_CASE_METHOD(whole_root, "a damaged config.ini is 22 for every command, also where it only lost the layer") {
    const auto ini = root.path() / "config.ini";
    const auto good = read_text(ini);
    for (const auto& text : {std::string{}, good.substr(0, good.rfind("[OmegaSafe encrypted files]")),
             good.substr(0, good.rfind("TRADITIONAL_ENC_LAYER_PASS"))}) {
        write_text(ini, text);
        refuse(root, {"encrypt", "-i", file.string(), "-k", key}, 22, "config.ini");
        refuse(root, {"set-config", "-u", "true"}, 22, "restore it from a copy");
        CHECK(read_text(ini) == text);
    }
    write_text(ini, good);
    REQUIRE(root.run({"list-keys"}).exit_code == 0);
}
