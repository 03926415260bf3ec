use std::{collections::BTreeMap, path::PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, apply_filter};

use crate::exchange::worker::Job;

/// Address space, the program and its libraries among it. A bomb ends here.
const MEMORY: u64 = 2 << 30;
/// Processor time: so much, and as much again for each [`CPU_BYTES`] of the file.
const CPU_SECONDS: u64 = 60;
const CPU_BYTES: u64 = 100 << 20;
/// So much it gives way to whoever else wants a processor: answers do not wait for files.
const NICENESS: i32 = 10;
/// Longest file it may write.
const FILE_SIZE: u64 = 1 << 30;
/// Files it may have open at once.
const OPEN_FILES: u64 = 256;

/// The system's own files that GDAL, PROJ and the C library read. Programs cannot be started all the same.
const SYSTEM: [&str; 7] =
    ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/sys/devices/system/cpu"];
/// Where a managed or unusual installation keeps PROJ's and GDAL's data.
const DATA_VARIABLES: [&str; 3] = ["PROJ_DATA", "PROJ_LIB", "GDAL_DATA"];

/// What no reading of a file needs: connections, other programs and processes, mounts, the kernel's inside.
const REFUSED: [i64; 32] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_io_uring_setup,
    libc::SYS_userfaultfd,
    libc::SYS_init_module,
    libc::SYS_finit_module,
];

/// Why a worker cannot be confined; then it reads nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfineError {
    #[error("limits cannot be set: {0}")]
    Limits(#[from] rustix::io::Errno),
    #[error("files cannot be shut off: {0}")]
    Files(#[from] RulesetError),
    #[error("system calls cannot be shut off: {0}")]
    Calls(#[from] BackendError),
    #[error("system calls cannot be shut off: {0}")]
    Seccomp(#[from] seccompiler::Error),
}

/// Gives up all that reading the job's file does not need, for good: this thread's, and that of all it starts.
///
/// Where the kernel is older than 5.13 files are not shut off; connections, programs and limits are.
pub(super) fn confine(job: &Job) -> Result<(), ConfineError> {
    let file_size = std::fs::metadata(&job.path).map_or(0, |file| file.len());
    for (resource, most) in [
        (Resource::As, MEMORY),
        (Resource::Cpu, CPU_SECONDS * (1 + file_size / CPU_BYTES)),
        (Resource::Fsize, FILE_SIZE),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    nice(NICENESS)?;
    shut_off_files(job)?;
    Ok(shut_off_calls()?)
}

fn shut_off_files(job: &Job) -> Result<(), RulesetError> {
    let abi = ABI::V6;
    let data = DATA_VARIABLES.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let readable = SYSTEM.iter().map(PathBuf::from).chain(data).chain([job.readable()]);
    Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules([&job.scratch], AccessFs::from_all(abi)))?
        .restrict_self()?;
    Ok(())
}

fn shut_off_calls() -> Result<(), seccompiler::Error> {
    let rules: BTreeMap<i64, Vec<_>> = REFUSED.into_iter().map(|call| (call, vec![])).collect();
    let refusal = SeccompAction::Errno(libc::EPERM as u32);
    let architecture = std::env::consts::ARCH.try_into()?;
    let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refusal, architecture)?.try_into()?;
    apply_filter(&filter)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::ErrorKind,
        net::{TcpListener, TcpStream},
        path::Path,
        process::Command,
    };

    use super::*;
    use crate::{exchange::ReadOptions, model::Catalogue};

    const FOLDER: &str = "RIMAY_TEST_CONFINED";

    /// Confinement is for good: what it does is tried in a process of its own, which is this test again.
    #[test]
    fn a_confined_process_reaches_its_file_and_its_folder_only() {
        if let Some(folder) = std::env::var_os(FOLDER) {
            return inside(Path::new(&folder));
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("scratch")).expect("a folder");
        for file in ["job.geojson", "secret.txt"] {
            fs::write(folder.path().join(file), "content").expect("writable");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let name = "exchange::worker::confine::tests::a_confined_process_reaches_its_file_and_its_folder_only";
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder.path())
            .env("RIMAY_TEST_PORT", listener.local_addr().expect("bound").port().to_string())
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("confined and tried"), "{said}");
    }

    fn inside(folder: &Path) {
        let port: u16 = std::env::var("RIMAY_TEST_PORT").expect("told").parse().expect("a number");
        let options = ReadOptions::of(Catalogue::built_in().layer("districts").expect("built in"));
        let (file, secret, scratch) = (folder.join("job.geojson"), folder.join("secret.txt"), folder.join("scratch"));
        assert!(File::open(&secret).is_ok() && TcpStream::connect(("127.0.0.1", port)).is_ok(), "before");
        confine(&Job::new(file.clone(), scratch.clone(), &options)).expect("confined");
        let refused = |error: std::io::Error| assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
        assert_eq!(fs::read_to_string(&file).expect("its file"), "content");
        fs::write(scratch.join("own"), "x").expect("its folder");
        assert!(File::open("/usr/share/proj/proj.db").is_ok(), "what PROJ reads");
        refused(File::open(&secret).expect_err("a file beside it"));
        refused(File::open("/etc/passwd").expect_err("the system's"));
        refused(fs::write(&file, "y").expect_err("its file is for reading"));
        refused(fs::write(folder.join("new"), "y").expect_err("outside its folder"));
        std::os::unix::fs::symlink(&secret, scratch.join("link")).expect("in its folder");
        refused(File::open(scratch.join("link")).expect_err("by a link"));
        refused(TcpStream::connect(("127.0.0.1", port)).expect_err("a connection"));
        refused(TcpListener::bind("127.0.0.1:0").expect_err("a port"));
        refused(Command::new("/usr/bin/true").spawn().expect_err("a program"));
        let too_much = usize::try_from(MEMORY).expect("64 bits");
        assert!(Vec::<u8>::new().try_reserve_exact(too_much).is_err(), "memory beyond the limit");
        println!("confined and tried");
    }
}
