#include <omegasafe/error.hpp>

#include <array>

namespace omegasafe {

namespace {

struct row {
    errc code;
    int exit;
    std::string_view name;
    std::string_view hint;
};

// One line a code, in the enum's order; docs/exit-codes.md shows the same table and a test compares the two.
constexpr std::array rows{
    row{errc::none, 0, "none", ""},
    row{errc::internal, 1, "internal", "try again; report it if it happens again"},
    row{errc::usage, 2, "usage", "see --help of the command"},
    row{errc::aborted, 3, "aborted", ""},
    row{errc::partly_failed, 4, "partly_failed", "correct what is named and run it again with --resume"},
    row{errc::input_unreadable, 10, "input_unreadable", "check path and rights"},
    row{errc::output_refused, 11, "output_refused", "another name or folder, or --overwrite where the command has it"},
    row{errc::io_failed, 12, "io_failed", "make room; check the device"},
    row{errc::config_missing, 20, "config_missing", "omegasafe init"},
    row{errc::config_exists, 21, "config_exists", "keep it, or init --override-existing"},
    row{errc::config_invalid, 22, "config_invalid", "correct what is named"},
    row{errc::password_missing, 30, "password_missing",
        "set OMEGASAFE_CONFIG_PASSWORD or OMEGASAFE_CONFIG_PASSWORD_FILE"},
    row{errc::password_wrong, 31, "password_wrong", "set the password it was made with"},
    row{errc::layer_password, 32, "layer_password",
        "set OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS for one command to what the file was sealed with"},
    row{errc::container_damaged, 40, "container_damaged",
        "as the message says; never by an older version of what counts positions"},
    row{errc::container_newer, 41, "container_newer", "update omegasafe"},
    row{errc::integrity_failed, 42, "integrity_failed", "restore the file from a copy; nothing was written"},
    row{errc::key_unknown, 50, "key_unknown", "omegasafe list-keys"},
    row{errc::alpha_missing, 51, "alpha_missing", "omegasafe import-key"},
    row{errc::delta_missing, 52, "delta_missing", "make the ECS reachable"},
    row{errc::delta_conflict, 53, "delta_conflict", "follow the steps in the message"},
    row{errc::ecs_unknown, 60, "ecs_unknown", "omegasafe list-ecs, create-http-ecs, create-sfc-ecs"},
    row{errc::ecs_ambiguous, 61, "ecs_ambiguous", "--ecs-uuid, or set ECS_UUID_DEFAULT"},
    row{errc::ecs_exists, 62, "ecs_exists", "another name, path or URL"},
    row{errc::ecs_unavailable, 63, "ecs_unavailable", "try later; claims in the OFFLINE cache still serve"},
    row{errc::ecs_authentication, 64, "ecs_authentication", "a new API key: omegasafe edit-ecs"},
    row{errc::ecs_rejected, 65, "ecs_rejected", "see the message"},
    row{errc::ecs_type_mismatch, 67, "ecs_type_mismatch", "name an ECS of the other type, or leave the flag out"},
    row{errc::ecs_full, 66, "ecs_full", "a new key"},
    row{errc::unsafe_claim, 70, "unsafe_claim", "do not encrypt with this key until the ECS is mended"},
    row{errc::claim_insufficient, 71, "claim_insufficient", "make the ECS reachable, or encrypt a smaller file"},
    row{errc::file_too_large, 72, "file_too_large", "a larger key, or split the file"},
    row{errc::lock_timeout, 80, "lock_timeout", "wait for it or end it"},
    row{errc::keyring_failed, 81, "keyring_failed",
        "unlock it, or set OMEGASAFE_CONFIG_PASSWORD or OMEGASAFE_CONFIG_PASSWORD_FILE"},
};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].code) != i)
            return false;
    return rows.size() == static_cast<std::size_t>(errc::keyring_failed) + 1;
}
static_assert(in_enum_order());

const row& row_of(errc code) {
    const auto index = static_cast<std::size_t>(code);
    return rows[index < rows.size() ? index : static_cast<std::size_t>(errc::internal)];
}

} // namespace

int exit_code(errc code) {
    return row_of(code).exit;
}

std::string_view to_string(errc code) {
    return row_of(code).name;
}

std::string_view hint(errc code) {
    return row_of(code).hint;
}

} // namespace omegasafe
