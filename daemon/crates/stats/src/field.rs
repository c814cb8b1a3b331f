//! The fields of `show info` (HAProxy's management guide 9.3).

use crate::entry::catalogue;

catalogue! {
    /// A field of [`Info`](crate::Info).
    Field:
    0 Name "Name" "POS" Str "Product";
    1 Version "Version" "POS" Str "Version of the product";
    2 ReleaseDate "Release_date" "POS" Str "Day of the release";
    3 Nbthread "Nbthread" "CGS" U32 "Worker threads";
    4 Nbproc "Nbproc" "CGS" U32 "Worker processes, always 1";
    5 ProcessNum "Process_num" "KGP" U32 "Number of the worker process, always 1";
    6 Pid "Pid" "SGP" U32 "The worker process, for the system";
    7 Uptime "Uptime" "MDP" Str "How long the worker process has been running";
    8 UptimeSec "Uptime_sec" "MDP" U32 "Seconds that the worker process has been running";
    9 MemmaxMB "Memmax_MB" "CLP" U32 "Most memory that may be used, in MB; 0 is no limit";
    10 PoolAllocMB "PoolAlloc_MB" "MGP" U32 "Memory of pools, in MB";
    11 PoolUsedMB "PoolUsed_MB" "MGP" U32 "Memory of pools in use, in MB";
    12 PoolFailed "PoolFailed" "MCP" U32 "Requests for memory that failed";
    13 UlimitN "Ulimit-n" "CLP" U32 "Most descriptors that may be open";
    14 Maxsock "Maxsock" "CLP" U32 "Most sockets that may be open";
    15 Maxconn "Maxconn" "CLP" U32 "Most connections at once";
    16 HardMaxconn "Hard_maxconn" "CLP" U32 "Most connections at once that the system's limits allow";
    17 CurrConns "CurrConns" "MGP" U32 "Connections now";
    18 CumConns "CumConns" "MCP" U32 "Connections so far";
    19 CumReq "CumReq" "MCP" U32 "Requests so far";
    20 MaxSslConns "MaxSslConns" "MMP" U32 "Most TLS connections at once; 0 is no limit";
    21 CurrSslConns "CurrSslConns" "MGP" U32 "TLS connections now";
    22 CumSslConns "CumSslConns" "MCP" U32 "TLS connections so far";
    23 Maxpipes "Maxpipes" "CLP" U32 "Most pipes for splicing; 0 is no limit";
    24 PipesUsed "PipesUsed" "MGP" U32 "Pipes in use";
    25 PipesFree "PipesFree" "MGP" U32 "Pipes that wait for use";
    26 ConnRate "ConnRate" "MRP" U32 "Connections in the last second";
    27 ConnRateLimit "ConnRateLimit" "CLP" U32 "Most new connections a second";
    28 MaxConnRate "MaxConnRate" "MMP" U32 "Most connections there ever were in a second";
    29 SessRate "SessRate" "MRP" U32 "Sessions in the last second";
    30 SessRateLimit "SessRateLimit" "CLP" U32 "Most new sessions a second";
    31 MaxSessRate "MaxSessRate" "MRP" U32 "Most sessions there ever were in a second";
    32 SslRate "SslRate" "MRP" U32 "TLS connections in the last second";
    33 SslRateLimit "SslRateLimit" "CLP" U32 "Most new TLS connections a second";
    34 MaxSslRate "MaxSslRate" "MMP" U32 "Most TLS connections there ever were in a second";
    35 SslFrontendKeyRate "SslFrontendKeyRate" "MGP" U32 "Full TLS handshakes with clients in the last second";
    36 SslFrontendMaxKeyRate "SslFrontendMaxKeyRate" "MMP" U32 "Most full TLS handshakes with clients in a second";
    37 SslFrontendSessionReusePct "SslFrontendSessionReuse_pct" "MGP" U32 "Percentage of TLS connections of clients that were resumed";
    38 SslBackendKeyRate "SslBackendKeyRate" "MRP" U32 "Full TLS handshakes with servers in the last second";
    39 SslBackendMaxKeyRate "SslBackendMaxKeyRate" "MMP" U32 "Most full TLS handshakes with servers in a second";
    40 SslCacheLookups "SslCacheLookups" "MCP" U32 "TLS sessions looked up";
    41 SslCacheMisses "SslCacheMisses" "MCP" U32 "TLS sessions looked up and not found";
    42 CompressBpsIn "CompressBpsIn" "MRP" U32 "Bytes given to compression in the last second";
    43 CompressBpsOut "CompressBpsOut" "MRP" U32 "Bytes that compression gave back in the last second";
    44 CompressBpsRateLim "CompressBpsRateLim" "CLP" U32 "Rate of compressed bytes from which on nothing is compressed";
    47 Tasks "Tasks" "MGP" U32 "Tasks of the process";
    48 RunQueue "Run_queue" "MGP" U32 "Tasks that wait to run";
    49 IdlePct "Idle_pct" "MaP" U32 "Percentage of the last second spent waiting";
    50 Node "node" "COS" Str "Name of the host";
    52 Stopping "Stopping" "MGP" U32 "1 while the process ends";
    53 Jobs "Jobs" "MGP" U32 "Connections and listeners";
    54 UnstoppableJobs "Unstoppable Jobs" "MGP" U32 "Connections that do not hold up the end of the process";
    55 Listeners "Listeners" "MGP" U32 "Listening sockets";
    56 ActivePeers "ActivePeers" "MGP" U32 "Peers that are in touch";
    57 ConnectedPeers "ConnectedPeers" "MGP" U32 "Peers that are connected";
    58 DroppedLogs "DroppedLogs" "MGP" U32 "Log lines that were lost";
    59 BusyPolling "BusyPolling" "MGP" U32 "1 when the process polls without pause";
    60 FailedResolutions "FailedResolutions" "MGP" U32 "Names that could not be resolved";
    61 TotalBytesOut "TotalBytesOut" "MGP" U64 "Bytes sent so far";
    62 TotalSplicdedBytesOut "TotalSplicdedBytesOut" "MGP" U64 "Bytes sent through a kernel pipe so far";
    63 BytesOutRate "BytesOutRate" "MRP" U64 "Bytes sent in the last second";
    64 DebugCommandsIssued "DebugCommandsIssued" "MGP" U32 "Commands for debugging that were given";
    65 CumRecvLogs "CumRecvLogs" "MCP" U32 "Log lines received so far";
    66 BuildInfo "Build info" "POS" Str "Version and build";
    67 MemmaxBytes "Memmax_bytes" "CLP" U32 "Most memory that may be used; 0 is no limit";
    68 PoolAllocBytes "PoolAlloc_bytes" "MGP" U64 "Memory of pools";
    69 PoolUsedBytes "PoolUsed_bytes" "MGP" U64 "Memory of pools in use";
    70 StartTimeSec "Start_time_sec" "MDP" U32 "When the worker process began, in seconds since 1970";
    71 Tainted "Tainted" "SGP" Str "Flags of unusual ways the process is used";
}
