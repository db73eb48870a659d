// Streams of the C API (omegasafe.h): its callbacks as those of the C++ API.
#include "engine/c_arguments.hpp"
#include "engine/c_registry.hpp"
#include "engine/c_values.hpp"

using namespace omegasafe;
using namespace omegasafe::engine;

namespace {

/// To the C++ API what a callback throws is its way to say stop.
struct callback_stopped {};

stream_input input_of(omegasafe_read_callback read, void* user) {
    require(read, "the read callback");
    return [read, user](byte_span room) {
        std::size_t size = 0;
        if (read(user, room.data(), room.size(), &size) != 0)
            throw callback_stopped{};
        return size;
    };
}

stream_output output_of(omegasafe_write_callback write, void* user) {
    require(write, "the write callback");
    return [write, user](const_byte_span bytes) {
        if (write(user, bytes.data(), bytes.size()) != 0)
            throw callback_stopped{};
    };
}

void give_stream_report(omegasafe_report** wanted, const stream_report& report) {
    give_report(wanted,
        {{}, report.bytes, report.positions, report.key_uuid, report.delta_seq, report.seconds, report.protection});
}

} // namespace

int omegasafe_encrypt_stream(omegasafe_client* client, omegasafe_read_callback read, omegasafe_write_callback write,
    const char* name, const char* key_uuid, omegasafe_progress_callback progress, void* user, omegasafe_report** report,
    omegasafe_error** error) {
    put<omegasafe_report*>(report, nullptr);
    return guarded(error, [&] {
        require(name, "the name");
        const encrypt_stream request{input_of(read, user), output_of(write, user), name, key_of(key_uuid)};
        give_stream_report(report, find_client(client)->encrypt(request, watched(progress, user)));
    });
}

int omegasafe_decrypt_stream(omegasafe_client* client, omegasafe_read_callback read, omegasafe_write_callback write,
    omegasafe_progress_callback progress, void* user, char** name, omegasafe_report** report, omegasafe_error** error) {
    put<char*>(name, nullptr);
    put<omegasafe_report*>(report, nullptr);
    return guarded(error, [&] {
        const decrypt_stream request{input_of(read, user), output_of(write, user)};
        const auto done = find_client(client)->decrypt(request, watched(progress, user));
        give_stream_report(report, done);
        try {
            give_text(name, done.name);
        } catch (...) {
            omegasafe_free(report == nullptr ? nullptr : *report);
            put<omegasafe_report*>(report, nullptr);
            throw;
        }
    });
}
