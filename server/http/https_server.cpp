#include "server/http/https_server.hpp"

#include "server/http/session.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <omegasafe/error.hpp>
#include <spdlog/spdlog.h>

namespace omegasafe::server {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

tcp::endpoint resolve(asio::io_context& io, const settings& settings) {
    boost::system::error_code problem;
    const auto found = tcp::resolver{io}.resolve(
        settings.listen_host, std::to_string(settings.listen_port), tcp::resolver::passive, problem);
    if (problem || found.empty())
        throw failure(errc::config_invalid, "The address " + settings.listen_host + " to listen on is not known here.");
    return found.begin()->endpoint();
}

tcp::acceptor listen(asio::io_context& io, const tcp::endpoint& where) {
    try {
        tcp::acceptor acceptor{io};
        acceptor.open(where.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address{true});
        acceptor.bind(where);
        acceptor.listen();
        return acceptor;
    } catch (const boost::system::system_error& problem) {
        throw failure(errc::io_failed, "Cannot listen on " + where.address().to_string() + ":" +
                                           std::to_string(where.port()) + ": " + problem.code().message() + ".");
    }
}

} // namespace

struct https_server::state {
    const server::settings& settings;
    session_context sessions; // outlives the connections, which end with `io`
    asio::io_context io{1};
    tcp::acceptor acceptor;
    asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer deadline{io}, next_housekeeping{io};

    state(const server::settings& given, request_handling handling)
        : settings(given), sessions(given, std::move(handling)), acceptor(listen(io, resolve(io, given))) {}

    asio::awaitable<void> accept_all() {
        for (;;) {
            boost::system::error_code problem;
            auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, problem));
            if (sessions.stopping())
                co_return;
            if (problem) { // out of descriptors, most likely: others will end
                asio::steady_timer pause{io, std::chrono::milliseconds{50}};
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, problem));
                continue;
            }
            if (!sessions.has_room(address_of(socket)))
                continue; // the socket closes
            asio::co_spawn(io, serve_connection(sessions, std::move(socket)), asio::detached);
        }
    }

    void keep_house() {
        asio::post(sessions.workers(), [this] { sessions.handling().housekeeping(); });
        next_housekeeping.expires_after(std::chrono::hours{1});
        next_housekeeping.async_wait([this](const boost::system::error_code& problem) {
            if (!problem)
                keep_house();
        });
    }

    void wait_for_signals() {
        signals.async_wait([this](const boost::system::error_code& problem, int signal) {
            if (problem)
                return;
            if (signal == SIGHUP) {
                reload();
                wait_for_signals();
            } else {
                stop();
            }
        });
    }

    void reload() {
        try {
            sessions.load_certificate();
            spdlog::info("The certificate was read anew.");
        } catch (const failure& problem) {
            spdlog::error("{} The former certificate stays in use.", problem.what());
        }
    }

    /// Idle connections close at once, others after their response; what is left at the deadline is cut.
    void stop() {
        spdlog::info("Shutting down.");
        boost::system::error_code ignored;
        acceptor.close(ignored);
        next_housekeeping.cancel();
        deadline.expires_after(settings.traffic.shutdown);
        deadline.async_wait([this](const boost::system::error_code&) { io.stop(); });
        sessions.stop([this] { deadline.cancel(); });
    }
};

https_server::https_server(const settings& settings, request_handling handling)
    : state_(std::make_shared<state>(settings, std::move(handling))) {}

https_server::~https_server() = default;

std::uint16_t https_server::port() const {
    return state_->acceptor.local_endpoint().port();
}

void https_server::run() {
    asio::co_spawn(state_->io, state_->accept_all(), asio::detached);
    state_->wait_for_signals();
    state_->keep_house();
    state_->io.run();
    state_->sessions.join_workers();
}

bool https_server::stopping() const noexcept {
    return state_->sessions.stopping();
}

std::size_t https_server::connections() const noexcept {
    return state_->sessions.open();
}

} // namespace omegasafe::server
