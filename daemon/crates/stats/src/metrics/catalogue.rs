//! The metrics of HAProxy's exporter by name: which column or field each shows.

use crate::{Column, Field, Object};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Gauge,
    Counter,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
        }
    }
}

/// A column as a metric of these objects: `F`, `L`, `B`, `S`.
#[derive(Debug)]
pub struct Metric {
    pub column: Column,
    pub name: &'static str,
    pub kind: Kind,
    objects: &'static str,
}

impl Metric {
    pub fn is_of(&self, object: Object) -> bool {
        self.objects.contains(object.letter())
    }

    /// Its column counts milliseconds.
    pub fn is_time(&self) -> bool {
        matches!(
            self.column,
            Column::Qtime
                | Column::Ctime
                | Column::Rtime
                | Column::Ttime
                | Column::QtimeMax
                | Column::CtimeMax
                | Column::RtimeMax
                | Column::TtimeMax
                | Column::CheckDuration
        )
    }

    /// In tcp mode it is not there.
    pub fn is_of_http(&self) -> bool {
        self.name.starts_with("http_")
    }

    /// It is only there where the column has a value; elsewhere its value is not a number.
    pub fn is_optional(&self) -> bool {
        matches!(self.column, Column::CheckDuration | Column::Intercepted)
    }
}

macro_rules! metrics {
    ($($column:ident $name:literal $kind:ident $objects:literal;)*) => {
        pub static OBJECTS: &[Metric] = &[$(Metric {
            column: Column::$column,
            name: $name,
            kind: Kind::$kind,
            objects: $objects,
        },)*];
    };
}

macro_rules! process {
    ($($name:literal $kind:ident $field:expr;)*) => {
        /// Name, kind and field of what is known of the process; some have no field.
        pub static PROCESS: &[(&str, Kind, Option<Field>)] = &[$(($name, Kind::$kind, $field),)*];
    };
}

metrics! {
    Qcur "current_queue" Gauge "BS";
    Qmax "max_queue" Gauge "BS";
    Scur "current_sessions" Gauge "FLBS";
    Smax "max_sessions" Gauge "FLBS";
    Slim "limit_sessions" Gauge "FLBS";
    Stot "sessions_total" Counter "FLBS";
    Bin "bytes_in_total" Counter "FLBS";
    Bout "bytes_out_total" Counter "FLBS";
    Dreq "requests_denied_total" Counter "FLB";
    Dresp "responses_denied_total" Counter "FLBS";
    Ereq "request_errors_total" Counter "FL";
    Econ "connection_errors_total" Counter "BS";
    Eresp "response_errors_total" Counter "BS";
    Wretr "retry_warnings_total" Counter "BS";
    Wredis "redispatch_warnings_total" Counter "BS";
    Status "status" Gauge "FLBS";
    Weight "weight" Gauge "BS";
    Act "active_servers" Gauge "B";
    Bck "backup_servers" Gauge "B";
    Chkfail "check_failures_total" Counter "S";
    Chkdown "check_up_down_total" Counter "BS";
    Lastchg "check_last_change_seconds" Gauge "BS";
    Downtime "downtime_seconds_total" Counter "BS";
    Qlimit "queue_limit" Gauge "S";
    Throttle "current_throttle" Gauge "S";
    Lbtot "loadbalanced_total" Counter "BS";
    RateLim "limit_session_rate" Gauge "F";
    RateMax "max_session_rate" Gauge "FBS";
    CheckStatus "check_status" Gauge "S";
    CheckCode "check_code" Gauge "S";
    CheckDuration "check_duration_seconds" Gauge "S";
    Hrsp1xx "http_responses_total" Counter "FBS";
    ReqRateMax "http_requests_rate_max" Gauge "F";
    ReqTot "http_requests_total" Counter "FB";
    CliAbrt "client_aborts_total" Counter "BS";
    SrvAbrt "server_aborts_total" Counter "BS";
    CompIn "http_comp_bytes_in_total" Counter "FB";
    CompOut "http_comp_bytes_out_total" Counter "FB";
    CompByp "http_comp_bytes_bypassed_total" Counter "FB";
    CompRsp "http_comp_responses_total" Counter "FB";
    Lastsess "last_session_seconds" Gauge "BS";
    Qtime "queue_time_average_seconds" Gauge "BS";
    Ctime "connect_time_average_seconds" Gauge "BS";
    Rtime "response_time_average_seconds" Gauge "BS";
    Ttime "total_time_average_seconds" Gauge "BS";
    ConnRateMax "connections_rate_max" Gauge "F";
    ConnTot "connections_total" Counter "F";
    Intercepted "intercepted_requests_total" Counter "F";
    Dcon "denied_connections_total" Counter "FL";
    Dses "denied_sessions_total" Counter "FL";
    Wrew "failed_header_rewriting_total" Counter "FLBS";
    Connect "connection_attempts_total" Counter "BS";
    Reuse "connection_reuses_total" Counter "BS";
    CacheLookups "http_cache_lookups_total" Counter "FB";
    CacheHits "http_cache_hits_total" Counter "FB";
    SrvIcur "idle_connections_current" Gauge "S";
    SrcIlim "idle_connections_limit" Gauge "S";
    QtimeMax "max_queue_time_seconds" Gauge "BS";
    CtimeMax "max_connect_time_seconds" Gauge "BS";
    RtimeMax "max_response_time_seconds" Gauge "BS";
    TtimeMax "max_total_time_seconds" Gauge "BS";
    Eint "internal_errors_total" Counter "FLBS";
    IdleConnCur "unsafe_idle_connections_current" Gauge "S";
    SafeConnCur "safe_idle_connections_current" Gauge "S";
    UsedConnCur "used_connections_current" Gauge "S";
    NeedConnEst "need_connections_current" Gauge "S";
    Uweight "uweight" Gauge "BS";
    AggServerStatus "agg_server_status" Gauge "B";
    AggServerCheckStatus "agg_server_check_status" Gauge "B";
    AggCheckStatus "agg_check_status" Gauge "B";
}

process! {
    "nbthread" Gauge Some(Field::Nbthread);
    "nbproc" Gauge Some(Field::Nbproc);
    "relative_process_id" Gauge Some(Field::ProcessNum);
    "uptime_seconds" Gauge Some(Field::UptimeSec);
    "pool_failures_total" Counter Some(Field::PoolFailed);
    "max_fds" Gauge Some(Field::UlimitN);
    "max_sockets" Gauge Some(Field::Maxsock);
    "max_connections" Gauge Some(Field::Maxconn);
    "hard_max_connections" Gauge Some(Field::HardMaxconn);
    "current_connections" Gauge Some(Field::CurrConns);
    "connections_total" Counter Some(Field::CumConns);
    "requests_total" Counter Some(Field::CumReq);
    "max_ssl_connections" Gauge Some(Field::MaxSslConns);
    "current_ssl_connections" Gauge Some(Field::CurrSslConns);
    "ssl_connections_total" Counter Some(Field::CumSslConns);
    "max_pipes" Gauge Some(Field::Maxpipes);
    "pipes_used_total" Counter Some(Field::PipesUsed);
    "pipes_free_total" Counter Some(Field::PipesFree);
    "current_connection_rate" Gauge Some(Field::ConnRate);
    "limit_connection_rate" Gauge Some(Field::ConnRateLimit);
    "max_connection_rate" Gauge Some(Field::MaxConnRate);
    "current_session_rate" Gauge Some(Field::SessRate);
    "limit_session_rate" Gauge Some(Field::SessRateLimit);
    "max_session_rate" Gauge Some(Field::MaxSessRate);
    "current_ssl_rate" Gauge Some(Field::SslRate);
    "limit_ssl_rate" Gauge Some(Field::SslRateLimit);
    "max_ssl_rate" Gauge Some(Field::MaxSslRate);
    "current_frontend_ssl_key_rate" Gauge Some(Field::SslFrontendKeyRate);
    "max_frontend_ssl_key_rate" Gauge Some(Field::SslFrontendMaxKeyRate);
    "frontend_ssl_reuse" Gauge Some(Field::SslFrontendSessionReusePct);
    "current_backend_ssl_key_rate" Gauge Some(Field::SslBackendKeyRate);
    "max_backend_ssl_key_rate" Gauge Some(Field::SslBackendMaxKeyRate);
    "ssl_cache_lookups_total" Counter Some(Field::SslCacheLookups);
    "ssl_cache_misses_total" Counter Some(Field::SslCacheMisses);
    "http_comp_bytes_in_total" Counter Some(Field::CompressBpsIn);
    "http_comp_bytes_out_total" Counter Some(Field::CompressBpsOut);
    "limit_http_comp" Gauge Some(Field::CompressBpsRateLim);
    "current_zlib_memory" Gauge None;
    "max_zlib_memory" Gauge None;
    "current_tasks" Gauge Some(Field::Tasks);
    "current_run_queue" Gauge Some(Field::RunQueue);
    "idle_time_percent" Gauge Some(Field::IdlePct);
    "stopping" Gauge Some(Field::Stopping);
    "jobs" Gauge Some(Field::Jobs);
    "unstoppable_jobs" Gauge Some(Field::UnstoppableJobs);
    "listeners" Gauge Some(Field::Listeners);
    "active_peers" Gauge Some(Field::ActivePeers);
    "connected_peers" Gauge Some(Field::ConnectedPeers);
    "dropped_logs_total" Counter Some(Field::DroppedLogs);
    "busy_polling_enabled" Gauge Some(Field::BusyPolling);
    "failed_resolutions" Counter Some(Field::FailedResolutions);
    "bytes_out_total" Counter Some(Field::TotalBytesOut);
    "spliced_bytes_out_total" Counter Some(Field::TotalSplicdedBytesOut);
    "bytes_out_rate" Gauge Some(Field::BytesOutRate);
    "recv_logs_total" Counter Some(Field::CumRecvLogs);
    "build_info" Gauge Some(Field::BuildInfo);
    "max_memory_bytes" Gauge Some(Field::MemmaxBytes);
    "pool_allocated_bytes" Gauge Some(Field::PoolAllocBytes);
    "pool_used_bytes" Gauge Some(Field::PoolUsedBytes);
    "start_time_seconds" Gauge Some(Field::StartTimeSec);
}
