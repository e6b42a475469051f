package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of nginx's directives. One that stands nowhere here may keep people out, for all that is known, so what it
 * is in denies everybody.
 */
final class Vocabulary {

    /** What becomes of a directive. */
    enum Fate {
        /** Other classes make something of it, or say why not. */
        CARRIED,
        /** Nobody will miss it. */
        HARMLESS,
        /** It is left out, and somebody will miss it; but it keeps nobody out. */
        MATTERS,
        /** It may keep somebody out: without it nobody may pass. */
        KEEPS_OUT
    }

    /**
     * An entry.
     *
     * @param why for a person; empty where nothing is left out
     * @param todo what to do; empty for nothing
     */
    record Entry(Fate fate, String why, String todo) {}

    private static final Entry UNKNOWN = new Entry(
            Fate.KEEPS_OUT,
            "is not known here and may keep somebody out, so nobody may pass where it holds",
            "take it out of the file if it keeps nobody out, and import again");

    private static final Map<String, Entry> ENTRIES = new HashMap<>();
    private static final List<Map.Entry<String, Entry>> PREFIXES = new ArrayList<>();

    /** A letter for the fate, the names (with * behind a prefix), and behind bars why and what to do; lines go on indented. */
    private static final String TABLE = """
            C allow deny satisfy auth_basic auth_basic_user_file auth_delay set_real_ip_from real_ip_header
              real_ip_recursive listen server_name server location http include geo map upstream limit_except if
              return rewrite set proxy_pass proxy_set_header proxy_connect_timeout proxy_read_timeout
              proxy_request_buffering client_max_body_size client_header_timeout large_client_header_buffers
              keepalive_timeout ssl ssl_certificate ssl_certificate_key ssl_password_file ssl_protocols
              ssl_client_certificate ssl_verify_client proxy_ssl_verify proxy_ssl_trusted_certificate add_header
              error_page alias try_files internal root
            H user pid daemon master_process load_module events env thread_pool timer_resolution pcre_jit error_log
              debug_points debug_connection lock_file accept_mutex accept_mutex_delay multi_accept use
              working_directory ssl_engine worker_* google_perftools_profiles
              | is about nginx's own processes
            H access_log log_format log_not_found log_subrequest open_log_file_cache rewrite_log
              uninitialized_variable_warn
              | is about nginx's logs; ipgate's are set under access_log
            H sendfile sendfile_max_chunk tcp_nopush tcp_nodelay aio aio_write directio directio_alignment
              output_buffers postpone_output read_ahead send_lowat reset_timedout_connection lingering_close
              lingering_time lingering_timeout connection_pool_size request_pool_size client_body_buffer_size
              client_body_in_file_only client_body_in_single_buffer client_body_temp_path client_body_timeout
              client_header_buffer_size send_timeout keepalive_requests keepalive_time keepalive_min_timeout
              keepalive_disable subrequest_output_buffer_size max_ranges server_names_hash_* variables_hash_*
              types_hash_* map_hash_* open_file_cache open_file_cache_* disable_symlinks
              | is about how nginx moves bytes
            H http2 http2_* http3 http3_* quic_*
              | is about HTTP/2 and HTTP/3; ipgate speaks HTTP/2 over TLS unless it is told not to
            H resolver resolver_timeout
              | is not needed; the app's name is looked up when the gate starts and in the background
            H etag if_modified_since chunked_transfer_encoding server_tokens msie_* default_type types charset
              charset_* source_charset override_charset gzip gzip_* gunzip gunzip_* brotli brotli_* zstd zstd_*
              min_delete_depth server_name_in_redirect port_in_redirect absolute_redirect expires
              | is not needed; the app's answers are passed on as they are
            H index autoindex autoindex_*
              | is about files of nginx's own
            H proxy_buffer_size proxy_buffers proxy_busy_buffers_size proxy_buffering proxy_temp_*
              proxy_max_temp_file_size proxy_headers_hash_* proxy_http_version proxy_send_timeout proxy_next_upstream
              proxy_next_upstream_* proxy_socket_keepalive proxy_ignore_client_abort proxy_force_ranges
              proxy_limit_rate proxy_send_lowat proxy_pass_header proxy_ignore_headers
              | is about how nginx speaks to the app; ipgate streams, and speaks HTTP/1.1
            H proxy_cache proxy_cache_* proxy_no_cache proxy_store proxy_store_access
              | is not needed; every request goes to the app
            H proxy_ssl_name proxy_ssl_server_name proxy_ssl_session_reuse proxy_ssl_protocols proxy_ssl_ciphers
              proxy_ssl_verify_depth proxy_ssl_conf_command
              | is about TLS to the app; ipgate always sends the host's name, and speaks TLS 1.2 and 1.3
            H ssl_ciphers ssl_prefer_server_ciphers ssl_dhparam ssl_ecdh_curve ssl_session_* ssl_stapling
              ssl_stapling_* ssl_trusted_certificate ssl_buffer_size ssl_early_data ssl_conf_command ssl_verify_depth
              ssl_certificate_cache ssl_certificate_compression ssl_reject_handshake
              | is not needed; ipgate's suites are those of Mozilla's intermediate profile
            H fastcgi_param fastcgi_* uwsgi_* scgi_* grpc_* memcached_*
              | is about servers that do not speak HTTP/1.1
            H split_clients geoip_* geoip2 geoip2_* userid userid_* perl_set perl_modules perl_require js_set
              js_import js_path js_var lua_* init_by_lua* init_worker_by_lua* log_by_lua* set_real_ip_from_*
              status_zone
              | makes variables or statistics; where one decides who gets in, that is told at its line
            H limit_req_zone limit_conn_zone limit_req_log_level limit_conn_log_level limit_req_status
              limit_conn_status limit_req_dry_run limit_conn_dry_run limit_rate limit_rate_after
              | does nothing by itself
            H ssi ssi_* add_before_body add_after_body addition_types recursive_error_pages ignore_invalid_headers
              underscores_in_headers break
              | is not needed
            M limit_req
              | limits how often one client may ask, which ipgate cannot yet
              | keep such a limit in the app or the firewall
            M limit_conn
              | limits how many connections a client may have
              | see limits.connections_per_client, 1000 by default
            M stream mail
              | is not about HTTP
              | keep nginx for it
            M sub_filter sub_filter_* xslt_* image_filter image_filter_*
              | changes the app's answers, and ipgate never does
              | have the app do it
            M proxy_hide_header proxy_cookie_domain proxy_cookie_path proxy_cookie_flags add_trailer
              | changes the headers of the app's answers, and ipgate does not
              | have the app do it
            M proxy_redirect
              | changes where the app's redirects lead, other than nginx does by itself
              | tell the app its public URL
            M proxy_intercept_errors
              | shows pages of nginx's own for the app's errors; the app's are shown
              | have the app do it
            M mirror mirror_request_body
              | sends requests to a second app
              | keep nginx for it
            M proxy_bind proxy_method proxy_set_body proxy_pass_request_headers proxy_pass_request_body
              proxy_ssl_certificate proxy_ssl_certificate_key proxy_ssl_password_file proxy_ssl_crl
              | changes what the app receives, and ipgate cannot
              | see whether the app needs it
            M merge_slashes
              | ipgate always merges slashes before it looks for a location
              | see that the app does, too
            M dav_methods dav_access create_full_put_path
              | is about files of nginx's own
              | keep nginx for them
            M fastcgi_pass uwsgi_pass scgi_pass grpc_pass memcached_pass stub_status empty_gif flv mp4 hls perl
              js_content content_by_lua* echo api status random_index
              | answers without an HTTP app behind it, so nobody may pass there
              | keep nginx for it, behind ipgate: upstream
            K auth_request auth_request_set
              | asks another app who may pass, which ipgate cannot, so nobody may pass where it holds
              | give these paths rules or auth, and take this out
            K auth_jwt auth_jwt_* auth_ldap auth_ldap_* auth_pam auth_pam_* auth_digest auth_digest_* auth_gss
              auth_gss_* auth_oidc auth_oidc_*
              | asks for a login that ipgate does not know, so nobody may pass where it holds
              | give these paths rules or auth, and take this out
            K access_by_lua* rewrite_by_lua* server_rewrite_by_lua* set_by_lua* balancer_by_lua* header_filter_by_lua*
              body_filter_by_lua* ssl_certificate_by_lua* js_access js_header_filter js_body_filter perl_access
              | runs a program that may keep somebody out, so nobody may pass where it holds
              | give these paths rules or auth, and take this out
            K secure_link secure_link_md5 secure_link_secret valid_referers referer_hash_* modsecurity modsecurity_*
              testcookie testcookie_*
              | may keep somebody out in a way that ipgate does not know, so nobody may pass where it holds
              | give these paths rules or auth, and take this out
            K ssl_crl ssl_ocsp ssl_ocsp_*
              | refuses certificates that were revoked, which ipgate does not look for, so nobody may pass
              | replace the authority and take this out, or keep nginx for it
            """;

    static {
        for (String row : TABLE.replaceAll("\n +", " ").lines().toList()) {
            String[] parts = row.substring(2).split(" \\| ", -1);
            Fate fate = switch (row.charAt(0)) {
                case 'C' -> Fate.CARRIED;
                case 'H' -> Fate.HARMLESS;
                case 'M' -> Fate.MATTERS;
                default -> Fate.KEEPS_OUT;
            };
            Entry entry = new Entry(fate, parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
            for (String name : parts[0].split(" ", -1)) {
                if (name.endsWith("*")) {
                    PREFIXES.add(Map.entry(name.substring(0, name.length() - 1), entry));
                } else {
                    ENTRIES.put(name, entry);
                }
            }
        }
    }

    private Vocabulary() {}

    static Entry of(Directive directive) {
        Entry entry = ENTRIES.get(directive.name());
        return entry != null ? entry : byPrefix(directive.name());
    }

    private static Entry byPrefix(String name) {
        @Nullable Entry found = null;
        for (Map.Entry<String, Entry> prefix : PREFIXES) {
            if (name.startsWith(prefix.getKey())) {
                found = prefix.getValue();
            }
        }
        return found == null ? UNKNOWN : found;
    }
}
