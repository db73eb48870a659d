#include "server/http/session.hpp"

#include "crypto/uuid.hpp"
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <limits>
#include <omegasafe/error.hpp>

namespace omegasafe::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr std::uint32_t header_bytes = 16 * 1024;

/// Of bodies: below it a connection is cut.
constexpr std::uint64_t slowest_bytes_per_second = 40'000;

/// For the end of a connection, and what is read of a refused body meanwhile.
constexpr std::chrono::seconds closing_time{2};
constexpr std::size_t dropped_bytes = 16 * 1024 * 1024;

using stream_type = beast::ssl_stream<beast::tcp_stream>;
using parser_type = http::request_parser<http::string_body>;

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

/// Counts the connection as open for its whole life.
class open_connection {
public:
    open_connection(session_context& context, const std::string& address) : context_(context), address_(address) {
        context_.opened(address_);
    }
    ~open_connection() { context_.closed(address_); }
    open_connection(const open_connection&) = delete;
    open_connection& operator=(const open_connection&) = delete;

private:
    session_context& context_;
    const std::string address_;
};

/// Between two requests: the server's end closes the connection.
class waiting_connection {
public:
    waiting_connection(session_context& context, stream_type& stream)
        : list_(context.waiting()), place_(list_.insert(list_.end(), [&stream] { stream.next_layer().cancel(); })) {}
    ~waiting_connection() { list_.erase(place_); }
    waiting_connection(const waiting_connection&) = delete;
    waiting_connection& operator=(const waiting_connection&) = delete;

private:
    session_context::waiting_list& list_;
    session_context::waiting_list::iterator place_;
};

class connection {
public:
    connection(session_context& context, asio::ip::tcp::socket socket)
        : context_(context), address_(address_of(socket)), counted_(context, address_), tls_(context.tls()),
          stream_(std::move(socket), *tls_) {
        error_code ignored;
        beast::get_lowest_layer(stream_).socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    }

    asio::awaitable<void> run() {
        error_code problem;
        allow(limits().header_timeout);
        co_await stream_.async_handshake(
            asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, problem));
        if (problem)
            co_return;
        while (!context_.stopping() && co_await serve_one()) {
        }
        allow(closing_time);
        if (unread_)
            co_await drop_unread();
        else
            co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, problem));
    }

private:
    const traffic_limits& limits() const { return context_.configured().traffic; }
    /// Clients are promised 40 kB/s for a whole Delta (limits::http_transfer).
    std::chrono::seconds time_for(std::uint64_t bytes) const {
        return limits().body_timeout + std::chrono::seconds{bytes / slowest_bytes_per_second};
    }
    void allow(std::chrono::seconds time) { beast::get_lowest_layer(stream_).expires_after(time); }

    /// One request and its response; false when the connection ends.
    asio::awaitable<bool> serve_one() {
        auto parser = std::make_unique<parser_type>();
        parser->header_limit(header_bytes);
        parser->body_limit(std::numeric_limits<std::uint64_t>::max()); // screened() knows the route's
        error_code problem;
        allow(first_ ? limits().header_timeout : limits().idle_timeout);
        first_ = false;
        {
            const waiting_connection waiting{context_, stream_};
            co_await http::async_read_header(
                stream_, buffer_, *parser, asio::redirect_error(asio::use_awaitable, problem));
        }
        request incoming;
        incoming.remote_address = address_;
        incoming.request_id = crypto::random_uuid();
        if (problem) {
            co_await refuse_unreadable(incoming, problem);
            co_return false;
        }
        take_header(parser->get(), incoming);
        if (const auto length = parser->content_length())
            incoming.content_length = *length;
        const auto begin = std::chrono::steady_clock::now();
        auto refused = screened(incoming, parser->get().has_content_length() || !parser->chunked());
        if (!refused && !parser->is_done())
            refused = co_await read_body(*parser, incoming);
        unread_ = !parser->is_done();
        const bool keep = !unread_ && parser->get().keep_alive();
        response answer;
        if (refused)
            answer = std::move(*refused);
        else
            answer = co_await work(incoming);
        const bool sent = co_await send(incoming, answer, keep, begin);
        buffer_.shrink_to_fit(); // what was read is an API key, too; freed memory is wiped
        co_return sent;
    }

    std::optional<response> screened(const request& incoming, bool sized) const {
        const auto& handling = context_.handling();
        if (!sized)
            return handling.unreadable(
                incoming, wire::api_error::length_required, "A request body needs a Content-Length.");
        if (incoming.content_length.value_or(0) > handling.body_limit(incoming))
            return handling.unreadable(incoming, wire::api_error::payload_too_large,
                "The body has " + std::to_string(*incoming.content_length) + " bytes; at most " +
                    std::to_string(handling.body_limit(incoming)) + " are taken here.");
        return handling.screen(incoming);
    }

    asio::awaitable<std::optional<response>> read_body(parser_type& parser, request& incoming) {
        error_code problem;
        // Not allow(): that closes the connection, and this has an answer.
        beast::get_lowest_layer(stream_).expires_never();
        asio::steady_timer timer{stream_.get_executor(), time_for(incoming.content_length.value_or(0))};
        timer.async_wait([this](const error_code& cancelled) {
            if (!cancelled)
                beast::get_lowest_layer(stream_).cancel();
        });
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            http::response<http::empty_body> go_on{http::status::continue_, 11};
            co_await http::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, problem));
        }
        if (!problem)
            co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, problem));
        if (problem)
            co_return context_.handling().unreadable(incoming, wire::api_error::request_timeout,
                "The body of the request did not arrive in time or not whole.");
        incoming.body = std::move(parser.get().body());
        co_return std::nullopt;
    }

    /// On a worker; the coroutine waits without a thread.
    asio::awaitable<response> work(const request& incoming) {
        beast::get_lowest_layer(stream_).expires_never();
        auto start = [this, &incoming](auto completion) {
            asio::post(context_.workers(), [this, &incoming, completion = std::move(completion)]() mutable {
                auto answer = context_.handling().answer(incoming);
                auto executor = asio::get_associated_executor(completion);
                asio::post(executor, [completion = std::move(completion), answer = std::move(answer)]() mutable {
                    completion(std::move(answer));
                });
            });
        };
        auto answer = co_await asio::async_initiate<decltype(asio::use_awaitable), void(response)>(
            std::move(start), asio::use_awaitable);
        co_return answer;
    }

    asio::awaitable<bool> send(
        const request& incoming, response& answer, bool keep, std::chrono::steady_clock::time_point begin) {
        http::response<http::string_body> out{http::int_to_status(answer.status), 11};
        out.set("X-Request-Id", crypto::to_string(incoming.request_id));
        out.set(http::field::content_type, answer.content_type);
        out.set(http::field::cache_control, "no-store");
        out.set("Strict-Transport-Security", "max-age=31536000");
        for (const auto& [name, value] : answer.headers)
            out.set(name, value);
        out.body() = std::move(answer.body);
        out.keep_alive(keep && !context_.stopping());
        out.prepare_payload();
        error_code problem;
        allow(time_for(out.body().size()));
        co_await http::async_write(stream_, out, asio::redirect_error(asio::use_awaitable, problem));
        if (problem)
            answer.status = 0;
        answer.body = std::move(out.body());
        context_.handling().done(incoming, answer,
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin));
        co_return !problem && out.keep_alive();
    }

    /// Silent closes and time-outs between requests get no answer.
    asio::awaitable<void> refuse_unreadable(const request& incoming, const error_code& problem) {
        std::optional<response> answer;
        if (problem == http::error::header_limit)
            answer = context_.handling().unreadable(incoming, wire::api_error::header_too_large,
                "The header of the request is larger than " + std::to_string(header_bytes) + " bytes.");
        else if (problem.category() == make_error_code(http::error::bad_version).category() &&
                 problem != http::error::end_of_stream && problem != http::error::partial_message)
            answer = context_.handling().unreadable(
                incoming, wire::api_error::invalid_request, "This is no HTTP/1.1 request.");
        if (answer)
            co_await send(incoming, *answer, false, std::chrono::steady_clock::now());
    }

    /// A client that is still sending would lose its answer to a reset, so what it sends is read for a while.
    asio::awaitable<void> drop_unread() {
        auto& socket = beast::get_lowest_layer(stream_);
        error_code problem;
        socket.socket().shutdown(asio::ip::tcp::socket::shutdown_send, problem);
        std::vector<char> dropped(16 * 1024);
        for (std::size_t total = 0; !problem && total < dropped_bytes;)
            total += co_await socket.async_read_some(
                asio::buffer(dropped), asio::redirect_error(asio::use_awaitable, problem));
    }

    void take_header(const parser_type::value_type& header, request& incoming) const {
        incoming.method = text(header.method_string());
        const auto target = text(header.target());
        const auto mark = target.find('?');
        incoming.path = target.substr(0, mark);
        if (mark != std::string::npos)
            incoming.query = target.substr(mark + 1);
        const auto& base = context_.configured().base_path;
        if (!base.empty() && incoming.path.starts_with(base + "/"))
            incoming.path.erase(0, base.size());
        for (const auto& field : header)
            if (field.name() != http::field::authorization)
                incoming.headers.emplace_back(text(field.name_string()), text(field.value()));
        const auto authorization = header[http::field::authorization];
        incoming.authorization = crypto::secure_bytes{std::string_view{authorization.data(), authorization.size()}};
    }

    session_context& context_;
    std::string address_;
    open_connection counted_;
    std::shared_ptr<asio::ssl::context> tls_;
    stream_type stream_;
    beast::flat_buffer buffer_{header_bytes + 64 * 1024};
    bool first_ = true;
    bool unread_ = false; // the last request was answered before all of it had come
};

std::shared_ptr<asio::ssl::context> make_tls(const settings& settings) {
    auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                     asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(tls->native_handle(), SSL_OP_CLEANSE_PLAINTEXT);
    error_code problem;
    tls->use_certificate_chain_file(settings.tls_certificate.string(), problem);
    if (problem)
        throw failure(errc::config_invalid,
            "The certificate " + settings.tls_certificate.string() + " cannot be used: " + problem.message() + ".");
    tls->use_private_key_file(settings.tls_key.string(), asio::ssl::context::pem, problem);
    if (problem || SSL_CTX_check_private_key(tls->native_handle()) != 1)
        throw failure(errc::config_invalid, "The key " + settings.tls_key.string() +
                                                " cannot be used with the certificate " +
                                                settings.tls_certificate.string() + ".");
    return tls;
}

} // namespace

session_context::session_context(const settings& settings, request_handling handling)
    : settings_(settings), handling_(std::move(handling)), tls_(make_tls(settings)), workers_(settings.workers) {}

void session_context::load_certificate() {
    tls_ = make_tls(settings_);
}

void session_context::stop(std::function<void()> when_empty) {
    stopping_ = true;
    if (open_ == 0)
        return when_empty();
    when_empty_ = std::move(when_empty);
    for (const auto& end : waiting_)
        end();
}

std::string address_of(const asio::ip::tcp::socket& socket) {
    error_code problem;
    const auto peer = socket.remote_endpoint(problem);
    return problem ? std::string{} : peer.address().to_string();
}

bool session_context::has_room(const std::string& address) const {
    const auto& most = settings_.traffic;
    const auto from = open_from_.find(address);
    return open_ < most.connections && (most.connections_per_address == 0 || from == open_from_.end() ||
                                           from->second < most.connections_per_address);
}

void session_context::opened(const std::string& address) {
    ++open_;
    ++open_from_[address];
}

void session_context::closed(const std::string& address) {
    if (const auto from = open_from_.find(address); --from->second == 0)
        open_from_.erase(from);
    if (--open_ == 0 && when_empty_)
        when_empty_();
}

asio::awaitable<void> serve_connection(session_context& context, asio::ip::tcp::socket socket) {
    const auto held = std::make_unique<connection>(context, std::move(socket));
    co_await held->run();
}

} // namespace omegasafe::server
