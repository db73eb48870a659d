// omegasafe-ecs serve: answers clients until SIGTERM.
#include "crypto/process_memory.hpp"
#include "crypto/shown_text.hpp"
#include "server/api/answer.hpp"
#include "server/api/router.hpp"
#include "server/commands/command.hpp"
#include <cstdio>
#include <ctime>
#include <malloc.h>
#include <omegasafe/error.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace omegasafe::server {

namespace {

/// What is logged, as it may be shown.
class shown_payload final : public spdlog::custom_flag_formatter {
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const auto text = crypto::shown_line({message.payload.data(), message.payload.size()});
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<shown_payload>(); }
};

/// One line per request and event on stderr, times in UTC. The logger writes under its own lock: workers log failures.
void set_up_log(const std::string& level) {
    auto logger = spdlog::stderr_logger_mt("omegasafe-ecs");
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<shown_payload>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %*");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

/// Files of uploads that were never confirmed; in buckets, whoever owns them sets a rule for that.
void keep_house(database& data, const delta_files& files) {
    const auto now = std::time(nullptr);
    const auto useless = data.write([&](store& s) {
        s.purge(now);
        return s.purge_uploads(now);
    });
    for (const auto& upload : useless)
        if (is_internal(upload.storage_uuid) && files.folder() != nullptr)
            files.folder()->remove({upload.key_uuid, upload.delta_uuid});
}

request_handling handling_of(router& routes, database& data, const delta_files& files) {
    return {
        [&](const request& request) { return routes.screen(request); },
        [&](const request& request) { return routes.body_limit(request); },
        [&](const request& request) { return routes.answer(request); },
        [&](const request& request, const response& to, std::chrono::microseconds took) {
            routes.done(request, to, took);
        },
        [](const request& request, api_error code, const std::string& sentence) {
            return error_response(request, {code, sentence});
        },
        [&] {
            try {
                keep_house(data, files);
            } catch (const std::exception& problem) {
                spdlog::warn("Housekeeping failed: {}", problem.what());
            }
        },
    };
}

void run_serve(const common_flags& flags) {
    ::mallopt(M_ARENA_MAX, 4); // one per worker would keep memory that nobody uses
    const auto settings = load_settings(flags.settings_file());
    set_up_log(settings.log_level);
    crypto::when_unlocked([] { spdlog::warn("{}", crypto::unlocked_sentence); });
    const credential_box box{settings.server_key};
    const url_signer signer{box.derive("signed URLs")};
    const delta_files files{settings, box, signer};
    database data{settings.database, settings.database_connections};
    const services all{settings, data, box, signer, files};
    router routes{all};
    https_server server{settings, handling_of(routes, data, files)};
    routes.watch(server);
    std::printf("listening on %s:%u\n", crypto::shown_line(settings.listen_host).c_str(), unsigned{server.port()});
    std::fflush(stdout);
    server.run();
}

} // namespace

void add_serve(CLI::App& app) {
    const auto flags = std::make_shared<common_flags>();
    add_command(app, "serve", "Serve clients until SIGTERM; SIGHUP reads the certificate anew", flags,
        [flags] { run_serve(*flags); });
}

} // namespace omegasafe::server
