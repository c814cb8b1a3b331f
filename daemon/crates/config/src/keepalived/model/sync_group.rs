//! `vrrp_sync_group`.

use super::{
    GroupName, InstanceName, Notify, TrackInterface, TrackScript, TrackedFile, TrackedProcess,
};
use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq)]
pub struct SyncGroup {
    pub name: Spanned<GroupName>,
    /// Only instances that exist.
    pub members: Vec<Spanned<InstanceName>>,
    pub notify: Notify,
    pub track_scripts: Vec<TrackScript>,
    pub track_interfaces: Vec<TrackInterface>,
    pub track_files: Vec<TrackedFile>,
    pub track_processes: Vec<TrackedProcess>,
    /// `sync_group_tracking_weight`: weighted trackers of members stay.
    pub tracking_weight: bool,
}
